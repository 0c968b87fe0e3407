using System.Globalization;
using AudioBsq.Cli.Configuration;
using AudioBsq.Cli.Tokenizing;
using AudioBsq.Distributed;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.Cli.Training;

/// <summary>
/// The ML.NET pipeline of a configuration: files to waveforms, mel spectrograms and tokens. Training leaves out files that cannot be read.
/// </summary>
internal sealed class TrainingPipeline : IDisposable
{
    private const string Unreadable = " gets an empty waveform: "; // what LoadAudio warns with

    private readonly MLContext _ml;
    private readonly TrainingConfig _config;
    private readonly TrainingJob _job;
    private readonly Action<string, Exception?> _warn;
    private readonly HashSet<string> _unread = [];
    private readonly Lock _gate = new();
    private IDataView? _clips, _validation;
    private AudioTokenizerTransformer? _fitted;

    public TrainingPipeline(MLContext ml, TrainingConfig config, TrainingJob job, Action<string, Exception?> warn)
    {
        (_ml, _config, _job, _warn) = (ml, config, job, warn);
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

    /// <param name="start">Gets what is known before the first step.</param>
    /// <param name="report">Gets the training reports.</param>
    /// <param name="caching">Gets the number of clips that were written to a cache on disk, and of all clips where that is known.</param>
    /// <param name="cancellation">Stops both.</param>
    public void Train(
        Action<string> start, Action<TrainingProgress> report, Action<long, long?> caching, CancellationToken cancellation)
    {
        var (clips, validation) = Mels(caching, cancellation);
        using var first = _config.InitFrom is { } path ? SavedModel.Load(_ml, path) : null;
        var tokenizing = _ml.Transforms.TokenizeAudio("Tokens", "Mel", new AudioTokenizerOptions
        {
            Model = _config.Model,
            Training = _config.Training,
            Seed = _config.Training.Seed,
            Start = first?.Tokenizer.Model,
            ValidationSet = validation,
            StartCallback = start,
            MetricsCallback = report,
            CancellationToken = cancellation,
            FrameCountColumnName = "Frames",
        });
        _fitted = tokenizing.Fit(clips);
    }

    /// <summary>Pre-trains an encoder, with the same parameters. The caller disposes it.</summary>
    public AudioBsqModel Pretrain(
        Action<string> start, Action<PretrainingProgress> report, Action<long, long?> caching, CancellationToken cancellation)
    {
        var (clips, validation) = Mels(caching, cancellation);
        int seed = _config.Training.Seed;
        var data = new TrainingData(
            pass => _ml.Data.ShuffleRows(clips, unchecked(seed + pass), shufflePoolSize: 1).GetColumn<float[]>("Mel"),
            validation is null ? null : () => validation.GetColumn<float[]>("Mel"));
        return AudioBsqModel.Pretrain(
            data, _config.Model, _config.Mel, _config.Pretraining with { Training = _config.Training }, report, start, cancellation);
    }

    /// <summary>
    /// The sound of a validation clip at the model's rate, and a name that no other clip has, such as "1-hello" for the first.
    /// </summary>
    public (string Name, Waveform Sound) ValidationClip(int place)
    {
        var clip = _ml.Data.TakeRows(place == 0 ? _validation! : _ml.Data.SkipRows(_validation!, place), 1); // SkipRows refuses 0
        float[] sound = _ml.Transforms.LoadAudio("Waveform", "Path", Tolerant).Fit(clip).Transform(clip).GetColumn<float[]>("Waveform")
            .Single();
        string name = Path.GetFileNameWithoutExtension(clip.GetColumn<string>("Path").Single());
        return (string.Create(CultureInfo.InvariantCulture, $"{place + 1}-{name}"), new Waveform(sound, _config.Mel.SampleRate));
    }

    /// <summary>
    /// Writes the whole pipeline. Unlike in training, a file that cannot be read is an error in it, and spectrograms have no windows that
    /// only the loss used.
    /// </summary>
    public void Save(Stream stream)
    {
        ITransformer[] whole = [.. Reading(_config.Loading, Model.Mel).Fit(_clips!), _fitted!];
        _ml.Model.Save(new TransformerChain<ITransformer>(whole), _clips!.Schema, stream);
    }

    public void Dispose()
    {
        _ml.Log -= Hear;
        _fitted?.Dispose();
    }

    // The clips to train on and to validate on, if there are any.
    private (IDataView Clips, IDataView? Validation) Mels(Action<long, long?> caching, CancellationToken cancellation)
    {
        _clips = _config.Data.LoadTraining(_ml);
        var validation = _validation = _config.Data.LoadValidation(_ml);
        if (_config.Data.HoldsOut) _warn(HeldOut(), null);
        if (validation is not null)
        {
            var measured = Reading(Tolerant, _config.Mel).Fit(validation).Transform(validation);
            validation = Cached(measured, "validation", caching, cancellation);
        }

        var (trained, how) = (_clips, Tolerant);
        if (!_config.Data.Speeds.SequenceEqual([1.0]))
            (trained, how) = (ClipsAtSpeeds.Of(_ml, _clips, _config.Data.Speeds), Tolerant with { SpeedColumn = ClipsAtSpeeds.Column });
        var mels = Reading(how, _config.Mel).Fit(trained).Transform(trained);
        return (Cached(mels, "train", caching, cancellation), validation);
    }

    private string HeldOut()
    {
        long held = _validation?.GetRowCount() ?? 0, all = held + _clips!.GetRowCount()!.Value;
        return held == 0
            ? "there is one clip only: it is trained on, and nothing is measured."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{held:N0} of {all:N0} clips are held out to measure on, chosen by their names (data.hold_out, data.val_split).");
    }

    private AudioLoadingOptions Tolerant => _config.Loading with { OnError = LoadErrorHandling.EmptyWaveform };

    private EstimatorChain<MelSpectrogramTransformer> Reading(AudioLoadingOptions loading, MelOptions mel) =>
        _ml.Transforms.LoadAudio("Waveform", "Path", loading).Append(_ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", mel));

    private IDataView Cached(IDataView mels, string name, Action<long, long?> caching, CancellationToken cancellation)
    {
        if (_config.Data.MelCache == MelCachePlace.None) return mels;
        if (_config.Data.MelCache == MelCachePlace.Memory) return _ml.Data.CacheMelSpectrograms(mels, "Mel");
        string path = Path.Combine(_config.Data.MelCacheFolder ?? "", $"{name}.mel");
        return _job.InTurn(() => // the first writes the file, which the others find
            _ml.Data.CacheMelSpectrograms(mels, "Mel", path, progress: caching, cancellationToken: cancellation));
    }

    // Without a cache every pass logs the same files again.
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
