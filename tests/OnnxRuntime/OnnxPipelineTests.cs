using AudioBsq.OnnxRuntime;
using AudioBsq.Signal;
using AudioBsq.Tests.Cli;
using AudioBsq.Tests.Estimators;
using AudioBsq.Tests.Featurizers;
using AudioBsq.Tests.Featurizers.Transforms;
using AudioBsq.Tests.Model.Inference;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.OnnxRuntime;

/// <summary>Pipelines on ONNX Runtime, and exported graphs in ML.NET's own transform.</summary>
public sealed class OnnxPipelineTests(SavedTokenizer model) : IClassFixture<SavedTokenizer>
{
    /// <summary>The task of <c>Program</c>.</summary>
    public const string Task = "onnx-tokens";

    private const int Frames = 64;

    private readonly MLContext _ml = new(seed: 1);

    [Fact, Trait("Speed", "Slow")]
    public void Pipeline_ThatTorchSaved_GivesTheSameTokensInAProcessWithoutTorch()
    {
        using var tokenizer = TokenizerChain.Model();
        using var clips = new Clips(4);
        var data = _ml.Data.LoadAudioFolder(clips.Folder);
        var chain = TokenizerChain.Encoding(_ml, tokenizer, data);
        string path = Path.Combine(clips.Folder, "chain.zip");
        _ml.Model.Save(chain, data.Schema, path);
        string[] expected = [.. FreshTokens.Lines(_ml, chain, Directory.GetFiles(clips.Folder, "*.wav"))];

        string printed = FreshProcess.Run(path, clips.Folder, Task);

        Assert.Equal(string.Join('\n', expected), printed.ReplaceLineEndings("\n"));
        chain.DisposeAll();
    }

    [SkippableFact, Trait("Speed", "Slow")]
    public void Command_DoesWithoutTorch_AndGivesTheSameContainer()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "only Linux lists what a process has loaded in a file");
        string onTorch = model.New("tokens.absq"), onOnnx = model.New("tokens.absq");

        Ran.AudioBsq("tokenize", model.Zip, model.Clip(3), "-o", onTorch, "--device", "cpu").Expect(0);
        string used = FreshProcess.Run("tokenize", $"{model.Zip}|{model.Clip(3)}|-o|{onOnnx}|--device|onnx", TorchUse.Task);

        Assert.Equal("not loaded", used);
        Assert.Equal(File.ReadAllBytes(onTorch), File.ReadAllBytes(onOnnx));
    }

    [Fact] // docs/onnx.md
    public void ExportedEncoder_RunsInApplyOnnxModel()
    {
        using var tokenizer = StreamModels.New("windows");
        float[] all = new MelSpectrogram(StreamModels.Mel).Extract(StreamModels.Sound(12_000)), mel = all[..(Frames * 32)];
        string file = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.onnx");
        try
        {
            using (var stream = File.Create(file)) tokenizer.ExportOnnxEncoder(stream);
            var rows = _ml.Data.LoadFromEnumerable([new Row { mel = mel, steps = [Frames / 2] }]);
            var transformer = _ml.Transforms.ApplyOnnxModel(
                ["bits"], ["mel", "steps"], file,
                new Dictionary<string, int[]> { ["mel"] = [1, Frames, 32], ["steps"] = [1], ["bits"] = [1, Frames, 9] },
                recursionLimit: 100).Fit(rows);

            var row = _ml.Data.CreateEnumerable<Bits>(transformer.Transform(rows), reuseRowObject: false).Single();

            int[] tokens = [.. row.bits!.Chunk(9).Select(bits => bits.Aggregate(0, (token, bit) => 2 * token + (int)bit))];
            Assert.Equal(tokenizer.Encode(mel), tokens);
            (transformer as IDisposable)?.Dispose();
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The process of the first test: prints tokens, and fails if torch was loaded.</summary>
    internal static int PrintTokens(string model, string folder)
    {
        OnnxRuntimeSettings.IsPreferred = true;
        FreshTokens.Print(model, folder);
        if (!OperatingSystem.IsLinux() || !File.ReadAllText("/proc/self/maps").Contains("libtorch", StringComparison.Ordinal)) return 0;
        Console.WriteLine("Torch was loaded.");
        return 3;
    }

#pragma warning disable IDE1006 // the names of the graph's inputs and outputs
    private sealed class Row
    {
        [VectorType(1, Frames, 32)]
        public float[] mel { get; set; } = [];

        [VectorType(1)]
        public long[] steps { get; set; } = [];
    }

    private sealed class Bits
    {
        public float[]? bits { get; set; }
    }
#pragma warning restore IDE1006
}
