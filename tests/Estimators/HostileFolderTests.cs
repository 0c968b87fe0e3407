using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace AudioBsq.Tests.Estimators;

/// <summary>One bad file does not cost the good ones their tokens.</summary>
[NoTensorLeaks]
public sealed class HostileFolderTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly HostileFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void GoodFiles_AreTokenized_AndBadOnesNamed()
    {
        var log = new List<LoggingEventArgs>();
        _ml.Log += (_, message) => log.Add(message);
        using var model = MelData.Model();

        var output = Pipeline(model, LoadErrorHandling.EmptyWaveform);
        var rows = _ml.Data.CreateEnumerable<Result>(output, reuseRowObject: false, ignoreMissingColumns: true)
            .ToDictionary(row => row.Path);

        Assert.Equal(20, _files.Good.Count);
        Assert.InRange(_files.Bad.Count, 30, 31);
        Assert.Equal(_files.Paths.Order(), rows.Keys.Order());
        foreach (string path in _files.Good)
        {
            Assert.Equal("", rows[path].Error);
            Assert.Equal(model.Options.TokensOf(rows[path].Frames), rows[path].Tokens.Length);
            Assert.True(rows[path].Frames > 5);
        }

        foreach (string path in _files.Bad)
        {
            Assert.Contains(Path.GetFileName(path), rows[path].Error);
            Assert.Empty(rows[path].Tokens);
            Assert.Equal(0, rows[path].Frames);
            Assert.Single(
                log, message => message.Kind == ChannelMessageKind.Warning && message.Message.Contains(path, StringComparison.Ordinal));
        }

        Assert.Equal(["", ""], _files.Odd.Select(path => rows[path].Error));
        Assert.Equal([0, 1], _files.Odd.Select(path => rows[path].Frames));
    }

    [Fact]
    public void BadFiles_StopWhoeverAsksForThat_ByName()
    {
        using var model = MelData.Model();
        string first = _files.Paths.First(_files.Bad.Contains);

        var error = Assert.ThrowsAny<Exception>(() => _ml.Tokens(Pipeline(model, LoadErrorHandling.Throw)));

        Assert.True(error is InvalidDataException or IOException or NotSupportedException or UnauthorizedAccessException, error.ToString());
        Assert.Contains(Path.GetFileName(first), error.Message);
    }

    private IDataView Pipeline(AudioBsqModel model, LoadErrorHandling onError)
    {
        var options =
            new AudioLoadingOptions { OnError = onError, ErrorColumn = onError == LoadErrorHandling.EmptyWaveform ? "Error" : null };
        var data = _ml.Data.LoadFromEnumerable(_files.Paths.Select(path => new Result { Path = path }));
        return _ml.Transforms.LoadAudio("Waveform", "Path", options)
            .Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Small.Mel))
            .Append(_ml.Transforms.TokenizeAudio("Tokens", "Mel", model, frameCountColumnName: "Frames"))
            .Fit(data).Transform(data);
    }

    private sealed class Result
    {
        public string Path { get; set; } = "";

        public string Error { get; set; } = "";

        public uint[] Tokens { get; set; } = [];

        public int Frames { get; set; }
    }
}
