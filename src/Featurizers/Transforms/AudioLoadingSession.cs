using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Reads one row's sound at a time.</summary>
internal sealed class AudioLoadingSession : BatchSession
{
    private readonly IHost _host;
    private readonly AudioLoadingOptions _options;
    private readonly DataViewRow _row;
    private readonly Func<Waveform> _read;
    private readonly Func<double?> _start, _end, _speed;
    private readonly float[][] _waveforms;
    private readonly string[] _errors;
    private string _name = ""; // of the sound being read, for messages

    public AudioLoadingSession(IHost host, AudioLoadingOptions options, DataViewRow row, DataViewSchema.Column column, int capacity)
    {
        (_host, _options, _row) = (host, options, row);
        (_waveforms, _errors) = (new float[capacity][], new string[capacity]);
        (_start, _end, _speed) = (Number(options.StartColumn), Number(options.EndColumn), Number(options.SpeedColumn));
        _read = column.Type is TextDataViewType ? FromPath(column) : FromContent(column);
    }

    public override void Collect(int slot)
    {
        try
        {
            (_waveforms[slot], _errors[slot]) = (ClipLength.Fit(_read().Samples, _options.Samples), "");
        }
        catch (Exception error) when (_options.OnError == LoadErrorHandling.EmptyWaveform
            && error is InvalidDataException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            (_waveforms[slot], _errors[slot]) = (new float[_options.Samples], error.Message);
            string named = error.Message.Contains(_name, StringComparison.Ordinal) ? error.Message : $"{_name}: {error.Message}";
            _host.Warn("LoadAudio", $"Row {_row.Position} gets {(_options.Samples > 0 ? "silence" : "an empty waveform")}: {named}");
        }
    }

    public override void Run(int first, int count) { }

    public override Delegate Getter(int output, Func<int> slot) => output == 0
        ? VectorGetter<float>(() => _waveforms[slot()])
        : ScalarGetter(() => _errors[slot()].AsMemory());

    private Func<Waveform> FromPath(DataViewSchema.Column column)
    {
        var read = _row.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> path = default;
        return () =>
        {
            read(ref path);
            _name = path.ToString();
            if (path.IsEmpty) throw new InvalidDataException($"Row {_row.Position} of column '{column.Name}' holds no path.");
            if (_options.Folder is not null) _name = Path.Combine(_options.Folder, _name);
            return AtSpeed((part, rate) => AudioFile.Read(_name, part, rate, Warn));
        };
    }

    private Func<Waveform> FromContent(DataViewSchema.Column column)
    {
        var read = VectorReader<byte>(_row, column);
        VBuffer<byte> content = default;
        return () =>
        {
            read(ref content);
            _name = $"row {_row.Position} of column '{column.Name}'";
            byte[] bytes = new byte[content.Length];
            content.CopyTo(bytes);
            using var stream = new MemoryStream(bytes, writable: false);
            return AtSpeed((part, rate) => AudioFile.Read(stream, _name, part, rate, Warn));
        };
    }

    private void Warn(string warning) => _host.Warn("LoadAudio", warning);

    // Twice as fast and an octave higher is half the samples a second, played at the whole rate.
    private Waveform AtSpeed(Func<TimeRange, int, Waveform> read)
    {
        double speed = _speed() ?? 1;
        if (speed is < 0.5 or > 2)
            throw new InvalidDataException($"Row {_row.Position} of '{_name}' has the speed {speed}; it must be from 0.5 to 2.");
        int rate = (int)Math.Round(_options.SampleRate / speed);
        return new Waveform(read(Part(speed), rate).Samples, _options.SampleRate);
    }

    private TimeRange Part(double speed)
    {
        var part = new TimeRange(_start() ?? 0, _end());
        return part.IsValid
            ? Enough(part, speed)
            : throw new InvalidDataException(
                $"Row {_row.Position} of '{_name}' is from {part.Start} to {part.End} s; a part must start at 0 or later and end "
                + "after it starts.");
    }

    // A second more than is kept, so that a filter of the resampler does not find an end there.
    private TimeRange Enough(TimeRange part, double speed) =>
        _options.Seconds * speed + 1 is { } enough && part.Start + enough < (part.End ?? double.MaxValue)
            ? part with { End = part.Start + enough }
            : part;

    private Func<double?> Number(string? column)
    {
        if (column is null) return () => null;
        var read = _row.GetGetter<float>(_row.Schema[column]);
        float number = 0;
        return () =>
        {
            read(ref number);
            return float.IsNaN(number) ? null : number;
        };
    }
}
