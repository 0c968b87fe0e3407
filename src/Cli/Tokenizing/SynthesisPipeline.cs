using AudioBsq.MLNet;
using AudioBsq.Persistence;
using AudioBsq.Signal;
using AudioBsq.Vocoding;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Cli.Tokenizing;

/// <summary>
/// A pipeline from tokens to waveforms: a tokenizer's reconstructor, then Griffin-Lim or a vocoder. Long clips are made part by part.
/// </summary>
internal sealed class SynthesisPipeline : IDisposable
{
    private readonly MLContext _ml;
    private readonly SavedModel _saved;
    private readonly AudioTokenizerTransformer _tokenizer;
    private readonly AudioReconstructionTransformer _reconstructor;
    private readonly GriffinLimOptions _griffinLim;
    private readonly NeuralVocoder? _vocoder;

    /// <exception cref="InvalidDataException">The vocoder was made for other mel spectrograms than the tokenizer's.</exception>
    public SynthesisPipeline(MLContext ml, SavedModel saved, int? batchSize, GriffinLimOptions griffinLim, NeuralVocoder? vocoder = null)
    {
        (_ml, _saved, _griffinLim, _vocoder) = (ml, saved, griffinLim, vocoder);
        _tokenizer = saved.Tokenizer;
        if (vocoder is not null && vocoder.Mel != Model.Mel.MainOnly)
        {
            var (found, wanted) = OptionsDifference.Of(vocoder.Mel, Model.Mel.MainOnly);
            throw new InvalidDataException(
                $"The vocoder is for other mel spectrograms than the tokenizer's: {found}, not {wanted}. "
                + $"Train one with 'audiobsq train-vocoder --tokenizer {saved.Path}'.");
        }

        if (batchSize is { } size) _tokenizer = _tokenizer.WithBatchSize(size);
        _reconstructor = _tokenizer.CreateReconstructor("Mel", nameof(Row.Keys), nameof(Row.Frames));
    }

    public AudioBsqModel Model => _tokenizer.Model;

    /// <summary>
    /// Whether sound can be streamed: a vocoder makes it without Griffin-Lim, and levels do not depend on the whole clip.
    /// </summary>
    public bool CanStream => _vocoder is not null && _griffinLim.Iterations == 0 && Model.Mel.Level != MelLevel.FileMaximum;

    /// <summary>Begins a sound that is made while its tokens come.</summary>
    /// <param name="samples">Its length, if that is known.</param>
    /// <exception cref="NotSupportedException">The mel levels depend on the whole clip.</exception>
    public TokensToSound Stream(long? samples = null) => new(Model, _vocoder!, samples);

    /// <summary>
    /// Makes the sound of each clip, exactly as long as the original, block by block. The clips must fit the model; they are read a batch
    /// ahead. The blocks of a long clip, which needs <see cref="CanStream"/>, must be read before the next clip.
    /// </summary>
    public IEnumerable<(
        string Target, IEnumerable<ReadOnlyMemory<float>> Blocks)> Synthesize(IEnumerable<(string Target, TokenInput Input)> clips)
    {
        using var next = clips.GetEnumerator();
        bool isThere = next.MoveNext();
        while (isThere)
        {
            if (next.Current.Input.Long is { } container)
            {
                yield return (next.Current.Target, Blocks(container));
                isThere = next.MoveNext();
                continue;
            }

            foreach (var (target, sound) in AtOnce(Short())) yield return (target, [sound]);
        }

        IEnumerable<(string, ClipTokens)> Short()
        {
            for (; isThere && next.Current.Input.Clip is { } clip; isThere = next.MoveNext()) yield return (next.Current.Target, clip);
        }
    }

    private IEnumerable<ReadOnlyMemory<float>> Blocks(LongContainer container)
    {
        using var stream = Stream(container.Samples);
        foreach (int[] tokens in container.Tokens()) yield return stream.Accept(tokens);
        yield return stream.End();
    }

    private IEnumerable<(string Target, float[] Sound)> AtOnce(IEnumerable<(string Target, ClipTokens Clip)> clips)
    {
        var columns = SchemaDefinition.Create(typeof(Row));
        columns[nameof(Row.Keys)].ColumnType = new VectorDataViewType(new KeyDataViewType(typeof(uint), 1UL << Model.Options.BitsPerToken));
        var rows = _ml.Data.LoadFromEnumerable(clips.Select(pair => new Row(pair.Target, pair.Clip)), columns);
        var mels = _reconstructor.Transform(rows);
        var view = Synthesized(mels);
        DataViewSchema.Column target = view.Schema[nameof(Row.Target)], sound = view.Schema["Sound"];
        using var cursor = view.GetRowCursor([target, sound]);
        var (readTarget, readSound) = (cursor.GetGetter<ReadOnlyMemory<char>>(target), cursor.GetGetter<VBuffer<float>>(sound));
        ReadOnlyMemory<char> path = default;
        VBuffer<float> samples = default;
        while (cursor.MoveNext())
        {
            readTarget(ref path);
            readSound(ref samples);
            yield return (path.ToString(), samples.ToValues());
        }
    }

    private IDataView Synthesized(IDataView mels)
    {
        var options = new AudioSynthesisOptions
        {
            Synthesizer = _vocoder,
            GriffinLim = _griffinLim,
            RefinementIterations = _vocoder is null ? 0 : _griffinLim.Iterations,
            SampleCountColumnName = nameof(Row.Samples),
        };
        return _ml.Transforms.SynthesizeAudio("Sound", "Mel", options).Fit(mels).Transform(mels);
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
