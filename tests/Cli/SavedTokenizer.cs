using AudioBsq.MLNet;
using AudioBsq.Networks;
using AudioBsq.Signal;
using AudioBsq.Tests.Featurizers.Transforms;
using AudioBsq.Training;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Cli;

/// <summary>A small tokenizer, trained and saved once for the tests of one class, and the clips it was trained on.</summary>
public sealed class SavedTokenizer : IDisposable
{
    /// <summary>Frames that overlap by half or more, so that they can become sound again.</summary>
    public static readonly MelOptions Mel = Small.Mel with { FftLength = 512 };

    private readonly Clips _clips = new(5);
    private int _news;
    private string? _causal;

    public SavedTokenizer()
    {
        Zip = Save("tokenizer.zip", Small.Options);
        OtherBits = Save("other.zip", Small.Options with { Quantizer = new() { Bits = 5, GroupSize = 5 } });
    }

    /// <summary>Folder of clip0.wav to clip4.wav; clip i has 800 (i + 1) samples at 16 kHz.</summary>
    public string Clips => _clips.Folder;

    /// <summary>Folder of the models, and for what a test writes.</summary>
    public string Folder { get; } = TestData.NewFolder();

    /// <summary>The tokenizer, of 9 bits.</summary>
    public string Zip { get; }

    /// <summary>One of 5 bits.</summary>
    public string OtherBits { get; }

    /// <summary>One that looks back only, with a token of 9 bits for each time step of 20 ms.</summary>
    public string Causal => _causal ??= Save("causal.zip", Small.Options with
    {
        PatchFrames = 2,
        PatchBands = 16,
        Encoder = Small.Options.Encoder with { Mask = AttentionMask.BlockCausal, PastSteps = 10 },
    });

    public string Clip(int number) => _clips.PathOf(number);

    /// <summary>A path that is not taken.</summary>
    public string New(string name)
    {
        string path = Path.Combine(Folder, $"{++_news}", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // a name may have a '/' in it
        return path;
    }

    /// <summary>A file of tokens that the command line wrote, of all clips.</summary>
    public string Tokens()
    {
        string path = New("tokens.jsonl");
        Ran.AudioBsq("tokenize", Zip, Clips, "-o", path).Expect(0);
        return path;
    }

    /// <summary>Tokens as the saved pipeline itself gives them.</summary>
    public static List<int[]> TokensOf(string zip, IEnumerable<string> paths, string pathColumn = "Path")
    {
        var ml = new MLContext { GpuDeviceId = -1 };
        var columns = SchemaDefinition.Create(typeof(PathRow));
        columns[nameof(PathRow.Path)].ColumnName = pathColumn;
        var data = ml.Data.LoadFromEnumerable(paths.Select(path => new PathRow { Path = path }), columns);
        return [
            .. ml.Model.Load(zip, out _).Transform(data).GetColumn<uint[]>("Tokens")
                .Select(keys => Array.ConvertAll(keys, key => (int)key - 1))];
    }

    /// <summary>Trains a pipeline for a moment and saves it.</summary>
    public string Save(string name, AudioBsqOptions options)
    {
        var ml = new MLContext(seed: 1) { GpuDeviceId = -1 };
        return Save(ml, name, ml.Transforms.LoadAudio("Waveform", "Path")
            .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform", Mel))
            .Append(ml.Transforms.TokenizeAudio("Tokens", "Mel", Training(options))));
    }

    public string Save<T>(MLContext ml, string name, IEstimator<T> pipeline) where T : class, ITransformer
    {
        string path = Path.Combine(Folder, name);
        var data = ml.Data.LoadAudioFolder(Clips);
        ml.Model.Save(pipeline.Fit(data), data.Schema, path);
        return path;
    }

    public static AudioTokenizerOptions Training(AudioBsqOptions options) =>
        new() { Model = options, Training = new TrainingOptions { MaxSteps = 5, BatchSize = 2 } };

    public void Dispose()
    {
        _clips.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed class PathRow
    {
        public string Path { get; set; } = "";
    }
}
