using System.Globalization;
using AudioBsq.Cli.Configuration;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.Cli.Training;

/// <summary>A configuration as the pipeline that it means: files to waveforms, mel spectrograms and tokens. Files that cannot be read are left out of training.</summary>
internal sealed class TrainingPipeline : IDisposable
{
    private const string Unreadable = " gets an empty waveform: "; // what LoadAudio warns with

    private readonly MLContext _ml;
    private readonly TrainingConfig _config;
    private readonly Action<string, Exception?> _warn;
    private readonly HashSet<string> _unread = [];
    private readonly Lock _gate = new();
    private IDataView? _clips, _validation;
    private AudioTokenizerTransformer? _fitted;

    public TrainingPipeline(MLContext ml, TrainingConfig config, Action<string, Exception?> warn)
    {
        (_ml, _config, _warn) = (ml, config, warn);
        ml.Log += Hear;
    }

    /// <summary>Clips that could not be read.</summary>
    public int Unread
    {
        get
        {
            lock (_gate) return _unread.Count;
        }
    }

    /// <summary>The trained model.</summary>
    public AudioBsqModel Model => _fitted!.Model;

    /// <param name="report">Is told of training.</param>
    /// <param name="caching">Is told how many clips were written to a cache on disk, and how many there are.</param>
    /// <param name="cancellation">Stops both.</param>
    public void Train(Action<TrainingProgress> report, Action<long, long?> caching, CancellationToken cancellation)
    {
        _clips = _config.Data.LoadTraining(_ml);
        var validation = _validation = _config.Data.LoadValidation(_ml);
        var reading = Reading(Tolerant);
        if (validation is not null) validation = Cached(reading.Fit(validation).Transform(validation), "validation", caching, cancellation);
        var tokenizing = _ml.Transforms.TokenizeAudio("Tokens", "Mel", new AudioTokenizerOptions
        {
            Model = _config.Model,
            Training = _config.Training,
            Seed = _config.Training.Seed,
            ValidationSet = validation,
            MetricsCallback = report,
            CancellationToken = cancellation,
            FrameCountColumnName = "Frames",
        });
        _fitted = tokenizing.Fit(Cached(reading.Fit(_clips).Transform(_clips), "train", caching, cancellation));
    }

    /// <summary>A validation clip's sound at the model's rate, by its place, and a name that no other clip has: "1-hello" for the first.</summary>
    public (string Name, Waveform Sound) ValidationClip(int place)
    {
        var clip = _ml.Data.TakeRows(place == 0 ? _validation! : _ml.Data.SkipRows(_validation!, place), 1); // it skips no 0 rows
        float[] sound = _ml.Transforms.LoadAudio("Waveform", "Path", Tolerant).Fit(clip).Transform(clip).GetColumn<float[]>("Waveform").Single();
        string name = Path.GetFileNameWithoutExtension(clip.GetColumn<string>("Path").Single());
        return (string.Create(CultureInfo.InvariantCulture, $"{place + 1}-{name}"), new Waveform(sound, _config.Mel.SampleRate));
    }

    /// <summary>Writes the whole pipeline. In use it refuses files that cannot be read, which only training leaves out.</summary>
    public void Save(Stream stream)
    {
        ITransformer[] whole = [.. Reading(_config.Loading).Fit(_clips!), _fitted!];
        _ml.Model.Save(new TransformerChain<ITransformer>(whole), _clips!.Schema, stream);
    }

    public void Dispose()
    {
        _ml.Log -= Hear;
        _fitted?.Dispose();
    }

    private AudioLoadingOptions Tolerant => _config.Loading with { OnError = LoadErrorHandling.EmptyWaveform };

    private EstimatorChain<MelSpectrogramTransformer> Reading(AudioLoadingOptions loading) =>
        _ml.Transforms.LoadAudio("Waveform", "Path", loading).Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", _config.Mel));

    private IDataView Cached(IDataView mels, string name, Action<long, long?> caching, CancellationToken cancellation) => _config.Data.MelCache switch
    {
        MelCachePlace.Memory => _ml.Data.Cache(mels),
        MelCachePlace.Disk => _ml.Data.CacheMelSpectrograms(
            mels, "Mel", Path.Combine(_config.Data.MelCacheFolder ?? "", $"{name}.mel"), new MelCacheOptions { Progress = caching, CancellationToken = cancellation }),
        _ => mels,
    };

    // Without a cache every pass warns of the same files again.
    private void Hear(object? sender, LoggingEventArgs message)
    {
        if (message.Kind != ChannelMessageKind.Warning) return;
        int at = message.RawMessage.IndexOf(Unreadable, StringComparison.Ordinal);
        string text = at < 0 ? message.RawMessage : message.RawMessage[(at + Unreadable.Length)..];
        lock (_gate)
        {
            if (at >= 0 && !_unread.Add(text)) return;
            _warn(at < 0 ? text : $"left out: {text}", null);
        }
    }
}
