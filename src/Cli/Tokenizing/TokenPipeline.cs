using AudioBsq.Cli.Console;
using AudioBsq.MLNet;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>
/// A saved pipeline from paths to tokens. Its step that loads files is replaced by one that reports unreadable files instead of stopping;
/// all steps from there to the tokenizer are its own.
/// </summary>
internal sealed class TokenPipeline : IDisposable
{
    private const string ErrorColumn = "audiobsq: why the clip was not read";

    private readonly MLContext _ml;
    private readonly SavedModel _saved;
    private readonly bool _keepMel;
    private readonly TimeSpan? _max;
    private readonly AudioLoadingTransformer _loading;
    private readonly IReadOnlyList<ITransformer> _between;

    /// <param name="ml">The context.</param>
    /// <param name="saved">The model, which is disposed with this.</param>
    /// <param name="batchSize">Clips that go through the network together; as saved when null.</param>
    /// <param name="keepMel">Keeps the waveform and mel spectrogram of each clip.</param>
    /// <param name="max">If the pipeline can be streamed, longer files become a <see cref="LongSound"/>; none do when null.</param>
    public TokenPipeline(MLContext ml, SavedModel saved, int? batchSize, bool keepMel = false, TimeSpan? max = null)
    {
        int loading = saved.PlaceOf<AudioLoadingTransformer>("Transforms.LoadAudio");
        int tokenizer = saved.PlaceOf<AudioTokenizerTransformer>("Transforms.TokenizeAudio");
        if (loading > tokenizer)
            throw new InvalidDataException($"'{saved.Path}' tokenizes before it loads audio: its tokens are not those of files.");
        (_ml, _saved, _keepMel) = (ml, saved, keepMel);
        _loading = (AudioLoadingTransformer)saved.Transformers[loading];
        Tokenizer = (AudioTokenizerTransformer)saved.Transformers[tokenizer];
        if (batchSize is { } size) Tokenizer = Tokenizer.WithBatchSize(size);
        _between = [.. saved.Transformers.Take(tokenizer).Skip(loading + 1)];
        if (CanStream) _max = max;
    }

    public AudioTokenizerTransformer Tokenizer { get; }

    public AudioBsqModel Model => Tokenizer.Model;

    /// <summary>Samples per second at which files are read.</summary>
    public int SampleRate => _loading.Options.SampleRate;

    /// <summary>
    /// Whether streaming gives the same tokens: the only step between file and tokens is the model's own mel spectrogram.
    /// </summary>
    public bool CanStream =>
        _between is [MelSpectrogramTransformer mel] && mel.InputColumnName == _loading.OutputColumnName
            && Tokenizer.InputColumnName == mel.OutputColumnName
        && mel.Options == Model.Mel && _loading.Options.SampleRate == Model.Mel.SampleRate && Model.Mel.Level != MelLevel.FileMaximum;

    /// <summary>
    /// What the steps from file to tokens are, beside the model: "standard" where they are as streaming does them, otherwise the first half
    /// of the SHA-256 of the saved pipeline.
    /// </summary>
    public string Identity => CanStream ? "standard" : ContainerFile.HashOf(_saved.Path);

    /// <summary>Makes the tokens of each path, in order, or says why there are none. Files are read when results are wanted.</summary>
    public IEnumerable<TokenizedClip> Tokenize(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var found = new Dictionary<int, LongSound?>(); // paths are examined a batch ahead
        for (int next = 0; next < paths.Count;)
        {
            if (LongAt(next) is { } file)
            {
                yield return new TokenizedClip(paths[next++], null, file, "");
                continue;
            }

            var batch = Enumerable.Range(next, paths.Count - next).TakeWhile(place => LongAt(place) is null).Select(place => paths[place]);
            using var reader = new Reader(this, View(batch, cancellation));
            while (next < paths.Count && !reader.HasFailed && LongAt(next) is null)
            {
                cancellation.ThrowIfCancellationRequested();
                string path = paths[next++];
                var (clip, reason) = reader.Next(path);
                yield return new TokenizedClip(path, clip, null, reason);
            }
        }

        LongSound? LongAt(int place)
        {
            if (_max is not { } max) return null;
            if (!found.TryGetValue(place, out var file)) found[place] = file = LongSound.Find(paths[place], max, Model);
            return file;
        }
    }

    /// <summary>Makes the tokens of a sound that was read, alone in its batch, or says why there are none.</summary>
    /// <param name="path">The clip's name.</param>
    /// <param name="waveform">The sound at <see cref="SampleRate"/>.</param>
    public TokenizedClip Tokenize(string path, float[] waveform)
    {
        var columns = SchemaDefinition.Create(typeof(Sound));
        columns[nameof(Sound.Error)].ColumnName = ErrorColumn;
        var sound = columns[nameof(Sound.Waveform)];
        sound.ColumnName = _loading.OutputColumnName;
        sound.AddAnnotation(AudioColumn.SampleRateAnnotation, SampleRate, NumberDataViewType.Int32);
        using var reader = new Reader(this, Tokens(_ml.Data.LoadFromEnumerable([new Sound { Waveform = waveform }], columns)));
        var (clip, reason) = reader.Next(path);
        return new TokenizedClip(path, clip, null, reason);
    }

    public void Dispose()
    {
        Tokenizer.Dispose();
        _saved.Dispose();
    }

    private IDataView View(IEnumerable<string> paths, CancellationToken cancellation)
    {
        var columns = SchemaDefinition.Create(typeof(Row));
        columns[nameof(Row.Path)].ColumnName = _loading.InputColumnName;
        var rows = _ml.Data.LoadFromEnumerable(paths.Select(path => Row.Of(path, cancellation)), columns);
        var options = new AudioLoadingOptions
        {
            SampleRate = _loading.Options.SampleRate,
            OnError = LoadErrorHandling.EmptyWaveform,
            ErrorColumn = ErrorColumn,
        };
        return Tokens(_ml.Transforms.LoadAudio(_loading.OutputColumnName, _loading.InputColumnName, options).Fit(rows).Transform(rows));
    }

    private IDataView Tokens(IDataView view)
    {
        foreach (var transformer in _between) view = transformer.Transform(view);
        return Tokenizer.Transform(view);
    }

    private sealed class Row
    {
        public string Path { get; private init; } = "";

        public static Row Of(string path, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return new Row { Path = path };
        }
    }

    private sealed class Sound
    {
        public string Error { get; init; } = "";

        public float[] Waveform { get; init; } = [];
    }

    /// <summary>Reads the view row by row. A row that makes the pipeline throw ends it; the rows after that need a new reader.</summary>
    private sealed class Reader : IDisposable
    {
        private readonly TokenPipeline _owner;
        private readonly DataViewRowCursor _cursor;
        private readonly ValueGetter<VBuffer<float>> _waveform;
        private readonly ValueGetter<ReadOnlyMemory<char>> _error;
        private readonly ValueGetter<VBuffer<uint>> _keys;
        private readonly ValueGetter<VBuffer<float>>? _mel;
        private readonly int _perFrame;
        private VBuffer<float> _samples, _frames;
        private VBuffer<uint> _tokens;
        private ReadOnlyMemory<char> _reason;

        public Reader(TokenPipeline owner, IDataView view)
        {
            _owner = owner;
            DataViewSchema.Column waveform = view.Schema[owner._loading.OutputColumnName], error = view.Schema[ErrorColumn];
            var tokens = view.Schema[owner.Tokenizer.OutputColumnName];
            DataViewSchema.Column? mel = owner._keepMel ? view.Schema[owner.Tokenizer.InputColumnName] : null;
            _cursor = view.GetRowCursor(mel is { } column ? [waveform, error, tokens, column] : [waveform, error, tokens]);
            _perFrame = mel is { } read ? (AudioColumn.TryGetMelOptions(read) ?? owner.Model.Mel).ValuesPerFrame : 0;
            _mel = mel is { } kept ? _cursor.GetGetter<VBuffer<float>>(kept) : null;
            (_waveform, _error) = (_cursor.GetGetter<VBuffer<float>>(waveform), _cursor.GetGetter<ReadOnlyMemory<char>>(error));
            _keys = _cursor.GetGetter<VBuffer<uint>>(tokens);
        }

        public bool HasFailed { get; private set; }

        public (ClipTokens? Clip, string Reason) Next(string path)
        {
            try
            {
                if (!_cursor.MoveNext())
                    throw new InvalidOperationException("The pipeline drops rows; tokens cannot be matched with their files.");
                _error(ref _reason);
                if (!_reason.IsEmpty) return (null, _reason.ToString());
                _waveform(ref _samples);
                _keys(ref _tokens);
                _mel?.Invoke(ref _frames);
            }
            catch (Exception failure) when (failure is InvalidDataException or InvalidOperationException)
            {
                HasFailed = true;
                return (null, Failure.Reason(failure));
            }

            var (mel, options) = (_owner.Model.Mel, _owner.Model.Options);
            int[] tokens = Array.ConvertAll(_tokens.ToValues(), key => (int)(key - 1)); // ML.NET's keys count from 1
            var clip = new ClipTokens(path, _samples.Length, mel.SampleRate, mel.FramesOf(_samples.Length), options.BitsPerToken, tokens);
            if (_mel is null) return (clip, "");
            float[] main = MelScales.Cut(_frames.ToValues(), _perFrame, mel.Bands);
            return (clip with { Mel = main, Waveform = _samples.ToValues() }, "");
        }

        public void Dispose() => _cursor.Dispose();
    }
}
