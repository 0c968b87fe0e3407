using AudioBsq.MLNet;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli;

/// <summary>From tokens to waveforms: a tokenizer's reconstructor and Griffin-Lim or a vocoder, one clip after the other.</summary>
internal sealed class WavePipeline : IDisposable
{
    private readonly MLContext _ml;
    private readonly SavedModel _saved;
    private readonly AudioTokenizerTransformer _tokenizer;
    private readonly AudioReconstructionTransformer _reconstructor;
    private readonly GriffinLimOptions _griffinLim;
    private readonly NeuralVocoder? _vocoder;

    /// <exception cref="InvalidDataException">The vocoder was made for other mel spectrograms than the tokenizer's.</exception>
    public WavePipeline(MLContext ml, SavedModel saved, int? batchSize, GriffinLimOptions griffinLim, NeuralVocoder? vocoder = null)
    {
        (_ml, _saved, _griffinLim, _vocoder) = (ml, saved, griffinLim, vocoder);
        _tokenizer = (AudioTokenizerTransformer)saved.Transformers[saved.PlaceOf<AudioTokenizerTransformer>("Transforms.TokenizeAudio")];
        if (vocoder is not null && vocoder.Mel != Model.Mel)
            throw new InvalidDataException($"The vocoder is for other mel spectrograms than the tokenizer's: {vocoder.Mel}, not {Model.Mel}. Train one with 'audiobsq train-vocoder --tokenizer {saved.Path}'.");
        if (batchSize is { } size) _tokenizer = _tokenizer.WithBatchSize(size);
        _reconstructor = _tokenizer.CreateReconstructor("Mel", nameof(Row.Keys), nameof(Row.Frames));
    }

    public AudioBsqModel Model => _tokenizer.Model;

    /// <summary>Each clip's sound, of exactly its number of samples. The clips must fit the model; they are read a batch ahead.</summary>
    public IEnumerable<(string Target, Waveform Sound)> Synthesize(IEnumerable<(string Target, ClipTokens Clip)> clips)
    {
        var columns = SchemaDefinition.Create(typeof(Row));
        columns[nameof(Row.Keys)].ColumnType = new VectorDataViewType(new KeyDataViewType(typeof(uint), 1UL << Model.Options.BitsPerToken));
        var rows = _ml.Data.LoadFromEnumerable(clips.Select(pair => new Row(pair.Target, pair.Clip)), columns);
        var drawn = _reconstructor.Transform(rows);
        var view = Sounding(drawn);
        DataViewSchema.Column target = view.Schema[nameof(Row.Target)], sound = view.Schema["Sound"];
        using var cursor = view.GetRowCursor([target, sound]);
        var (readTarget, readSound) = (cursor.GetGetter<ReadOnlyMemory<char>>(target), cursor.GetGetter<VBuffer<float>>(sound));
        ReadOnlyMemory<char> path = default;
        VBuffer<float> samples = default;
        while (cursor.MoveNext())
        {
            readTarget(ref path);
            readSound(ref samples);
            yield return (path.ToString(), new Waveform([.. samples.DenseValues()], Model.Mel.SampleRate));
        }
    }

    private IDataView Sounding(IDataView drawn)
    {
        if (_vocoder is null)
        {
            var options = new AudioSynthesisOptions { SampleCountColumnName = nameof(Row.Samples), GriffinLim = _griffinLim };
            return _ml.Transforms.SynthesizeAudio("Sound", "Mel", options).Fit(drawn).Transform(drawn);
        }

        var refined = new NeuralSynthesisOptions { SampleCountColumnName = nameof(Row.Samples), GriffinLimIterations = _griffinLim.Iterations };
        return _ml.Transforms.SynthesizeAudio("Sound", "Mel", _vocoder, refined).Fit(drawn).Transform(drawn);
    }

    public void Dispose()
    {
        _reconstructor.Dispose();
        _tokenizer.Dispose();
        _saved.Dispose();
    }

    private sealed class Row(string target, ClipTokens clip)
    {
        public string Target { get; } = target;

        public uint[] Keys { get; } = Array.ConvertAll(clip.Tokens, token => (uint)token + 1); // ML.NET's keys count from 1

        public int Frames { get; } = clip.Frames;

        public int Samples { get; } = clip.Samples;
    }
}
