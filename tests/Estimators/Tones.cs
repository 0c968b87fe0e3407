using AudioBsq.Decoding;
using AudioBsq.Signal;
using Microsoft.ML;

namespace AudioBsq.Tests.Estimators;

/// <summary>A folder with two classes of sounds in folders of their names: low tones and high ones, no two alike.</summary>
internal sealed class Tones : IDisposable
{
    public Tones(int perClass, int seed = 1)
    {
        var random = new Random(seed);
        for (int i = 0; i < perClass; i++)
        {
            Write("low", i, 200 + 300 * random.NextDouble(), random);
            Write("high", i, 2_000 + 3_000 * random.NextDouble(), random);
        }
    }

    public string Folder { get; } = TestData.NewFolder();

    /// <summary>Columns Path, Name and Label.</summary>
    public IDataView Load(MLContext ml) => ml.Data.LoadAudioFolder(Folder, labelFromFolder: true);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Write(string label, int number, double hertz, Random random)
    {
        float[] samples = new float[4_000 + random.Next(2_000)];
        for (int n = 0; n < samples.Length; n++)
            samples[n] = (float)(0.4 * Math.Sin(2 * Math.PI * hertz * n / 16_000) + 0.01 * (random.NextDouble() - 0.5));
        string folder = Directory.CreateDirectory(Path.Combine(Folder, label)).FullName;
        AudioFile.WriteWav(Path.Combine(folder, $"{number:00}.wav"), new Waveform(samples, 16_000), WavSampleFormat.Pcm16);
    }
}
