
namespace AudioBsq.Tests.Model.Inference;

/// <summary>The mel of tokens that come in pieces is that of all of them, but for rounding.</summary>
[NoTensorLeaks]
public class StreamingReconstructorTests
{
    private const double Tolerance = 1e-3; // dB

    public static TheoryData<string> Models => [.. StreamModels.All.Keys];

    [Theory, MemberData(nameof(Models))]
    public void Accept_GivesTheMelOfTheWhole_HoweverItIsCutAndContinued(string name)
    {
        using var model = StreamModels.New(name);
        var random = new Random(1);
        int perStep = model.Options.PatchesPerStep;
        int[] tokens = [.. Enumerable.Range(0, 300 * perStep).Select(_ => random.Next(512))];
        float[] whole = model.Decode(tokens);

        List<float> mel = [];
        var stream = model.CreateStreamingReconstructor();
        foreach (var piece in StreamModels.Pieces(300, 100, random))
        {
            mel.AddRange(stream.Accept(tokens.AsSpan((piece.Start.Value * perStep)..(piece.End.Value * perStep))));
            if (random.Next(4) > 0) continue;
            byte[] state = stream.SaveState();
            stream.Dispose();
            stream = model.CreateStreamingReconstructor();
            stream.RestoreState(state);
        }

        mel.AddRange(stream.Flush());
        stream.Dispose();

        Close.To(whole, mel.ToArray(), Tolerance);
    }

    [Fact]
    public void Accept_OfACausalModel_GivesTheFramesOfEachStepAtOnce()
    {
        using var model = StreamModels.New("block-causal");
        using var stream = model.CreateStreamingReconstructor();

        Assert.Equal(2 * 32, stream.Accept([17]).Length);
        Assert.Equal(3 * 2 * 32, stream.Accept([1, 2, 3]).Length);
        Assert.Empty(stream.Flush());
    }

    [Fact]
    public void Accept_AddsNothing_OfInvalidTokens()
    {
        using var model = StreamModels.New("rows");
        using var stream = model.CreateStreamingReconstructor();

        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Accept([1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Accept([1, 2, 3, 512]));
        Assert.Equal(model.Decode(new[] { 1, 2, 3, 4 }), stream.Accept([1, 2, 3, 4]));
    }
}
