using AudioBsq.Tests.Featurizers.Transforms;

namespace AudioBsq.Tests.Cli.Training;

/// <summary>Clips in the folders train and val, and a configuration that trains on them in a moment.</summary>
public sealed class TrainingFolder : IDisposable
{
    public TrainingFolder()
    {
        using var clips = new Clips(6);
        foreach (string part in new[] { "train", "val" }) Directory.CreateDirectory(Path.Combine(Folder, part));
        for (int i = 0; i < 6; i++) File.Copy(clips.PathOf(i), Path.Combine(Folder, i < 4 ? "train" : "val", $"clip{i}.wav"));
        Config = Write("run.yaml", $$"""
            audioconfig: {input_length: 32, time_patch_size: 4, freq_patch_size: 8, width: 32, layers: 1, heads: 2, dim_ffn_output: 64}
            data:
              root: '{{Folder}}'
              train_split: train
              val_split: val
              n_mels: 16
              n_fft: 512
              batch_size: 2
            optimizer: {max_iter: 8}
            training: {print_every: 4, eval_every: 4, device: cpu}
            """);
    }

    public string Folder { get; } = TestData.NewFolder();

    public string Config { get; }

    public string PathOf(params string[] parts) => Path.Combine([Folder, .. parts]);

    public string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
