using System.Text.RegularExpressions;
using AudioBsq.Cli.Commands;
using AudioBsq.Cli.Console;
using k8s;
using k8s.Models;

namespace AudioBsq.Tests.Docs;

/// <summary>The recipes in the folder deploy.</summary>
[WithoutTorch]
public partial class DeployTests
{
    private static readonly string Folder = Path.Combine(TestData.Root, "deploy");

    public static TheoryData<string> Manifests =>
        [.. Directory.GetFiles(Path.Combine(Folder, "kubernetes"), "*.yaml").Select(path => Path.GetFileName(path))];

    public static TheoryData<string> Scripts =>
        [.. Directory.GetFiles(Path.Combine(Folder, "slurm")).Select(path => Path.GetFileName(path))];

    [Theory, MemberData(nameof(Manifests))]
    public void Kubernetes_HasOnlyFieldsOfItsKind(string file)
    {
        string text = File.ReadAllText(Path.Combine(Folder, "kubernetes", file));

        foreach (string document in text.Split("\n---\n"))
        {
            if (document.Contains("kind: Service", StringComparison.Ordinal)) KubernetesYaml.Deserialize<V1Service>(document, strict: true);
            else Check(KubernetesYaml.Deserialize<V1Job>(document, strict: true));
        }

        Assert.ThrowsAny<Exception>(() => KubernetesYaml.Deserialize<V1Job>(text.Split("\n---\n")[^1] + "\n  wrong: 1\n", strict: true));
    }

    [Theory, MemberData(nameof(Scripts))]
    public void Slurm_RunsACommandOfTheProgram(string file)
    {
        string text = File.ReadAllText(Path.Combine(Folder, "slurm", file)).Replace("\\\n", " ", StringComparison.Ordinal);

        CheckCommand(text.Split('\n').Single(line => line.StartsWith("srun ", StringComparison.Ordinal)));
    }

    private static void Check(V1Job job)
    {
        var (pod, container) = (job.Spec.Template.Spec, job.Spec.Template.Spec.Containers.Single());
        Assert.Equal("Indexed", job.Spec.CompletionMode);
        Assert.Equal(pod.Volumes.Select(volume => volume.Name), container.VolumeMounts.Select(mount => mount.Name));
        CheckCommand(container.Args.Single());
    }

    private static void CheckCommand(string shell)
    {
        string command = shell[(shell.IndexOf("audiobsq ", StringComparison.Ordinal) + "audiobsq ".Length)..].Split("||")[0];
        string[] words = [.. command.Replace("\"", "", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => Number().Replace(word, number => number.Value.EndsWith("COUNT", StringComparison.Ordinal) ? "64" : "3"))];

        var parsed = new AudioBsqCommand(new Terminal(TextWriter.Null, TextWriter.Null), default).Parse(words);

        Assert.Empty(parsed.Errors.Select(error => error.Message));
    }

    [GeneratedRegex(@"\$[A-Z_]+")]
    private static partial Regex Number();
}
