using System.CommandLine;
using AudioBsq.Benchmarks.Streaming;
using AudioBsq.Inference;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace AudioBsq.Benchmarks.Commands;

/// <summary><c>stream-check</c>: whether a trained model gives the same tokens however clips are cut, restored and batched.</summary>
internal sealed class StreamCheckCommand : Command
{
    private const int Cuttings = 200, Batchings = 50, Changes = 200;

    private readonly Argument<FileInfo> _model = Inputs.Model();
    private readonly Argument<DirectoryInfo> _folder = Inputs.Folder();

    public StreamCheckCommand() : base(
        "stream-check",
        "Check that a model's tokens depend neither on how clips are cut nor on the batch, and a causal model's on no later sound.")
    {
        Add(_model);
        Add(_folder);
        SetAction(Run);
    }

    private void Run(ParseResult arguments)
    {
        var ml = new MLContext(seed: 1);
        using var saved = (TransformerChain<ITransformer>)ml.Model.Load(arguments.GetRequiredValue(_model).FullName, out _);
        var model = Speech.ModelOf(saved);
        var check = new StreamCheck(model, Speech.Read(ml, arguments.GetRequiredValue(_folder), model.Mel.SampleRate));
        Console.WriteLine(FormattableString.Invariant($"{check.Clips} clips, {check.Seconds:F0} s, {check.Tokens} tokens; ")
            + $"causal: {model.Options.IsCausal}; {torch.get_num_threads()} threads of torch");
        Console.WriteLine($"{Wrong(Cuttings, check.CutIsEqual)} of {Cuttings} cuttings (pieces of 1 to 40,000 samples, "
            + "saved and restored on the way) gave other tokens");
        Console.WriteLine($"{Wrong(Batchings, _ => check.BatchIsEqual())} of {Batchings} random batchings of all clips gave other tokens");
        if (!model.Options.IsCausal) return;

        Console.WriteLine($"{Wrong(Changes, check.PastIsEqual)} of {Changes} changes from a random sample on "
            + "changed a token that ends before it");
        float[] noise = check.Noise();
        Console.WriteLine("latents step by step and 256 steps at once differ by "
            + FormattableString.Invariant($"{noise[noise.Length / 2]:E1} (median), {noise[(int)(0.999 * noise.Length)]:E1} (99.9 %), ")
            + FormattableString.Invariant($"{noise[^1]:E1} (max); what is nearer than {ForwardPass.TooCloseToCall:E1} ")
            + "to a threshold is computed again");
    }

    private static int Wrong(int count, Func<int, bool> isEqual) => Enumerable.Range(0, count).Count(i => !isEqual(i));
}
