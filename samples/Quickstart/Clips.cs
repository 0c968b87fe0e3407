using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>Which clips are trained on and which are listened to, and the step from one process to the other.</summary>
internal static class Clips
{
    public static (IDataView Train, IDataView Dev) Split(MLContext ml, string folder)
    {
        var clips = ml.Data.LoadAudioFolder(folder);
        string beside = Path.Combine(folder, "..", "dev");
        if (Directory.Exists(beside)) return (clips, ml.Data.LoadAudioFolder(beside));
        var split = ml.Data.TrainTestSplit(clips, testFraction: 0.1);
        return (split.TrainSet, split.TestSet);
    }

    public static int ListenInAnotherProcess(MLContext ml, ITransformer tokenizer, IDataView dev, string zip, string output)
    {
        string list = Path.Combine(output, "dev.txt");
        File.WriteAllLines(list, dev.GetColumn<string>("Path"));
        string here = HashOfTokens(tokenizer.Transform(dev));
        Console.WriteLine($"Tokens of {dev.GetColumn<string>("Path").Count()} clips here:                {here}\n");

        var start = new ProcessStartInfo(Environment.ProcessPath!);
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(Clips).Assembly.Location);
        foreach (string argument in new[] { "listen", zip, list, output }) start.ArgumentList.Add(argument);
        using var second = Process.Start(start)!;
        second.WaitForExit();
        if (second.ExitCode != 0) return second.ExitCode;

        string there = File.ReadAllText(Path.Combine(output, "tokens.sha256"));
        Console.WriteLine(here == there ? "The tokens are the same." : "The tokens differ!");
        return here == there ? 0 : 1;
    }

    public static string HashOfTokens(IDataView data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tokens in data.GetColumn<VBuffer<uint>>("Tokens"))
        {
            foreach (uint token in tokens.DenseValues()) hash.AppendData(BitConverter.GetBytes(token));
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }
}
