using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AudioBsq.Tests.Featurizers;

/// <summary>Loads a model where nothing of this project was touched before, as a user's program would.</summary>
internal static class FreshProcess
{
    /// <summary>What <see cref="Predict"/>, or another task of <c>Program</c>, prints in a process of its own.</summary>
    public static string Run(string model, string folder, string task = "predict")
    {
        var start = new ProcessStartInfo(DotnetHost.Path)
        {
            ArgumentList = { typeof(FreshProcess).Assembly.Location, task, model, folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {errors.Result}");
        return output.Trim();
    }

    /// <summary>Prints one line for each file: its name, and the sum of the model's last column in it. Uses ML.NET alone.</summary>
    public static void Predict(string model, string folder)
    {
        var ml = new MLContext();
        var loaded = ml.Model.Load(model, out _);
        var files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(path => new PathRow { Path = path });
        foreach (string line in Lines(loaded.Transform(ml.Data.LoadFromEnumerable(files)))) Console.WriteLine(line);
    }

    /// <summary>One line for each row: file name and sum of the last column.</summary>
    public static IEnumerable<string> Lines(IDataView data)
    {
        var (path, last) = (data.Schema["Path"], data.Schema[data.Schema.Count - 1]);
        using var cursor = data.GetRowCursor([path, last]);
        var (readPath, readLast) = (cursor.GetGetter<ReadOnlyMemory<char>>(path), cursor.GetGetter<VBuffer<float>>(last));
        ReadOnlyMemory<char> name = default;
        VBuffer<float> values = default;
        while (cursor.MoveNext())
        {
            readPath(ref name);
            readLast(ref values);
            double sum = 0;
            foreach (float value in values.DenseValues()) sum += value;
            yield return $"{Path.GetFileName(name.ToString())} {values.Length} {sum.ToString("R", CultureInfo.InvariantCulture)}";
        }
    }

    private sealed class PathRow
    {
        public string Path { get; set; } = "";
    }
}
