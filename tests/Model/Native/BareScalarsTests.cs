using AudioBsq.Native;
using TorchSharp;
using TorchSharp.Modules;
using static AudioBsq.Native.Scalars;
using static TorchSharp.torch;

namespace AudioBsq.Tests.Model.Native;

/// <summary>No number goes into torch but through <see cref="Scalars"/>.</summary>
[WithoutTorch]
public class BareScalarsTests
{
    private static readonly Lazy<BareScalars> Scan = new();

    // OneDnn gives a TorchScript module tensors alone, where any object may be given.
    private static readonly string?[] Exempt = [typeof(Scalars).FullName, typeof(OneDnn).FullName];

    public static TheoryData<string> Assemblies =>
    [
        .. Directory.GetFiles(AppContext.BaseDirectory, "*.dll").Select(path => Path.GetFileName(path)).Where(IsOurs),
    ];

    [Theory]
    [MemberData(nameof(Assemblies))]
    [Trait("Speed", "Slow")]
    public void NoAssembly_GivesTorchANumberThatMayBeFreed(string assembly)
    {
        string[] found = [.. Scan.Value.In(Path.Combine(AppContext.BaseDirectory, assembly), type => !Exempt.Contains(type))];

        Assert.True(found.Length == 0,
            $"A garbage collection can free these numbers while torch reads them. Use {typeof(Scalars).FullName}: Scalar(x) for a number, "
            + $"and Plus, Square and Softplus for what makes one inside (+, add, square, softplus).\n{string.Join('\n', found)}");
    }

    [Fact]
    public void Assemblies_AreThoseOfThePackages()
    {
        string[] known = ["AudioBsq.MLNet.Model.dll", "AudioBsq.MLNet.Featurizers.dll", "AudioBsq.MLNet.dll", "audiobsq.dll"];

        Assert.All(known, name => Assert.True(IsOurs(name) && File.Exists(Path.Combine(AppContext.BaseDirectory, name)), name));
    }

    [Fact]
    public void In_FindsEveryFormOfABareNumber()
    {
        string[] found = [.. In(typeof(Bare))];

        var forms = typeof(Bare).GetMethods().Where(method => method.IsStatic).Select(method => method.Name);
        Assert.All(
            forms,
            form =>
                Assert.Contains(
                    found,
                    line =>
                        line.Contains($".{form} calls", StringComparison.Ordinal) || line.Contains($"<{form}>", StringComparison.Ordinal)));
        Assert.Contains(
            found,
            line =>
                line.Contains(
                    "Sum calls torch/Tensor::op_Addition(torch/Tensor,torch/Tensor), which calls torch/Tensor::add(torch/Tensor), "
                    + "which calls Scalar::op_Implicit(System.Int32)",
                    StringComparison.Ordinal));
    }

    [Fact]
    public void In_FindsNothing_WhereNumbersAreHeld() => Assert.Empty(In(typeof(Held)));

    private static IEnumerable<string> In(Type type) =>
        Scan.Value.In(
            type.Assembly.Location, name => name.StartsWith($"{typeof(BareScalarsTests).FullName}/{type.Name}", StringComparison.Ordinal));

    private static bool IsOurs(string file) =>
        file.StartsWith("AudioBsq.", StringComparison.OrdinalIgnoreCase) && !file.Contains("Tests", StringComparison.Ordinal);

    private static class Bare
    {
        public static Tensor Sum(Tensor x, Tensor y) => x + y;

        public static Tensor SumInPlace(Tensor x, Tensor y) => x.add_(y);

        public static Tensor Product(Tensor x) => x * 2.0;

        public static Tensor Difference(Tensor x) => 1 - x;

        public static Tensor SumWithHeld(Tensor x) => x + Scalar(1);

        public static Tensor Comparison(Tensor x) => x > 0;

        public static Tensor Limit(Tensor x) => x.clamp(min: 0);

        public static Tensor Filled() => full([], 1.5);

        public static Tensor Range() => arange(5);

        public static Tensor RangeOfHeld() => arange(Scalar(5));

        public static Tensor Squares(Tensor x) => x.square();

        public static Tensor Activation(Tensor x) => nn.functional.leaky_relu(x, 0.2);

        public static LeakyReLU Layer() => nn.LeakyReLU(0.2);

        public static BatchNorm2d Normalisation() => nn.BatchNorm2d(3);

        public static AdamW Optimizer(nn.Module module) => optim.AdamW(module.parameters());

        public static float Value(Tensor x) => x.ToSingle();

        public static Scalar Made() => 0.5.ToScalar();

        public static Func<Tensor, Tensor> InALambda() => x => x / 2f;

        public static IEnumerable<Tensor> InAnIterator(Tensor x)
        {
            yield return x - 1;
        }

        public static Tensor NoSuchOperation(Tensor x, Tensor y) => x.lerp_(y, Scalar(0.1));
    }

    private static class Held
    {
        public static Tensor Sum(Tensor x, Tensor y) => x.Plus(y);

        public static Tensor SumInPlace(Tensor x, Tensor y) => x.add_(y, alpha: One);

        public static Tensor Products(Tensor x, Tensor y) => (x * Scalar(2) - y) / Scalar(3f) * y;

        public static Tensor Comparison(Tensor x) => x > Scalar(0);

        public static Tensor Range() => arange(Scalar(0), Scalar(5), One);

        public static Tensor Shape(Tensor x) => x.reshape(1, -1).narrow(0, 0, 1).sum(0).unsqueeze(1);

        public static Tensor Functions(Tensor x) => nn.functional.normalize(nn.functional.gelu(nn.functional.dropout(x, 0.1)), dim: -1);

        public static float Value(Tensor x) => x.item<float>();
    }
}
