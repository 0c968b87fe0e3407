using AudioBsq.MLNet;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace FineTuning;

/// <summary>What a tokenizer makes of clips.</summary>
internal static class Measure
{
    /// <summary>Average difference between the clips' mel spectrograms and their reconstructions, in decibels.</summary>
    public static double Error(MLContext ml, TransformerChain<AudioTokenizerTransformer> tokenizer, IDataView clips)
    {
        var tokens = ml.Data.Cache(tokenizer.Transform(clips));
        var reconstruction = ml.Transforms.ReconstructAudio("Reconstructed", "Tokens", tokenizer.LastTransformer, "Frames").Fit(tokens);
        return ml.Data.EvaluateAudioReconstruction(reconstruction.Transform(tokens)).MeanAbsoluteError;
    }

    public static uint[] Tokens(ITransformer tokenizer, IDataView clips) =>
        [.. tokenizer.Transform(clips).GetColumn<VBuffer<uint>>("Tokens").SelectMany(tokens => tokens.DenseValues())];

    public static (int Same, int All) Compare(uint[] before, uint[] after) =>
        (before.Zip(after, (a, b) => a == b).Count(same => same), before.Length);
}
