using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using AudioBsq.MLNet;
using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;

namespace AudioBsq.Benchmarks.Serving;

/// <summary>Many threads that tokenize with one loaded pipeline, through a pool of engines: right answers, memory, throughput.</summary>
internal static class Predictions
{
    /// <summary>Returns how many of the answers differ from those of one thread.</summary>
    public static int Run(int threads, int each, PretrainedAudioModel speech)
    {
        var ml = new MLContext(seed: 1);
        using var zip = new MemoryStream();
        var empty = ml.Data.LoadFromEnumerable<Sound>([]);
        ml.Model.Save(
            ml.Transforms.LoadAudio("Waveform", "File", sampleRate: 16_000)
                .Append(ml.Transforms.ExtractMelSpectrogram("Mel", "Waveform"))
                .Append(ml.Transforms.TokenizeAudio("Keys", "Mel", speech))
                .Append(ml.Transforms.Conversion.MapKeyToValue("Tokens", "Keys"))
                .Fit(empty), empty.Schema, zip);
        var loaded = ml.Model.Load(zip, out _);
        var engines = new DefaultObjectPoolProvider { MaximumRetained = threads }.Create(new Policy(ml, loaded));
        Sound[] sounds = [.. Speech.Files.Select(file => new Sound { File = File.ReadAllBytes(file) })];
        double seconds = Speech.Files.Average(file => AudioBsq.Decoding.AudioFile.Read(file, 16_000).Samples.Length / 16_000.0);
        var first = engines.Get();
        int[][] expected = [.. sounds.Select(sound => first.Predict(sound).Tokens)];
        engines.Return(first);

        var differences = new ConcurrentBag<int>();
        foreach (string what in (string[])["first half", "second half"]) // what the second half adds to memory would be a leak
        {
            var clock = Stopwatch.StartNew();
            Thread[] running = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
            {
                for (int i = 0; i < each / 2; i++)
                {
                    int clip = (i + number) % sounds.Length;
                    var engine = engines.Get();
                    if (!engine.Predict(sounds[clip]).Tokens.AsSpan().SequenceEqual(expected[clip])) differences.Add(clip);
                    engines.Return(engine);
                }
            }))];
            foreach (var thread in running) thread.Start();
            foreach (var thread in running) thread.Join();
            int count = threads * (each / 2);
            GC.Collect();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{what}: {count} predictions by {threads} threads in {clock.Elapsed.TotalSeconds:F1} s, "
                + $"{count / clock.Elapsed.TotalSeconds:F0} a second, "
                + $"{count * seconds / clock.Elapsed.TotalSeconds:F0} s of sound a second; {Environment.WorkingSet / 1e6:F0} MB"));
        }

        Console.WriteLine($"{differences.Count} answers differ from those of one thread");
        (engines as IDisposable)?.Dispose();
        (loaded as IDisposable)?.Dispose();
        return differences.Count;
    }

    private sealed class Policy(MLContext ml, ITransformer model) : IPooledObjectPolicy<PredictionEngine<Sound, Tokenized>>
    {
        public PredictionEngine<Sound, Tokenized> Create() =>
            ml.Model.CreatePredictionEngine<Sound, Tokenized>(model, new PredictionEngineOptions { OwnsTransformer = false });

        public bool Return(PredictionEngine<Sound, Tokenized> engine) => true;
    }

    private sealed class Sound
    {
        public byte[] File { get; set; } = [];
    }

    private sealed class Tokenized
    {
        public int[] Tokens { get; set; } = [];
    }
}
