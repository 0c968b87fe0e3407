using System.Text.Json;
using AudioBsq.Networks;
using AudioBsq.Persistence;
using AudioBsq.Reference;
using static TorchSharp.torch;

namespace AudioBsq.Tests;

/// <summary>One case of models/: configuration, weights, inputs and what the reference made of them.</summary>
internal sealed class GoldenModel
{
    private readonly Dictionary<string, SafetensorsTensor> _io;
    private readonly Dictionary<string, SafetensorsTensor> _weights;

    public GoldenModel(string json)
    {
        Path = json;
        using var document = JsonDocument.Parse(File.ReadAllText(json));
        (Config, Scalars) = (document.RootElement.GetProperty("config").Clone(), document.RootElement.GetProperty("scalars").Clone());
        _weights = SafetensorsReader.ReadFile(System.IO.Path.ChangeExtension(json, "weights.safetensors"));
        _io = SafetensorsReader.ReadFile(System.IO.Path.ChangeExtension(json, "io.safetensors"));
    }

    public string Path { get; }

    public JsonElement Config { get; }

    public JsonElement Scalars { get; }

    public IEnumerable<string> Names => _io.Keys;

    /// <summary>A network with the case's weights.</summary>
    public AudioBsqNetwork Network(Compatibility? compatibility = null)
    {
        var options = ReferenceConfigurationReader.ToOptions(Config);
        var network = new AudioBsqNetwork(options with { Compatibility = compatibility ?? options.Compatibility });
        NetworkWeights.Load(network, _weights, Path);
        return network;
    }

    /// <summary>A tensor of the case, in the current dispose scope.</summary>
    public Tensor this[string name] => NetworkWeights.ToTensor(_io[name]);

    public void Near(string name, Tensor actual, double tolerance) =>
        Close.To(_io[name].ToSingles(), actual, tolerance, name, _io[name].Shape);

    /// <summary>Within <paramref name="relative"/> of the largest value.</summary>
    public void NearRelative(string name, Tensor actual, double relative, double floor)
    {
        float[] expected = _io[name].ToSingles();
        Close.To(expected, actual, relative * expected.Max(Math.Abs) + floor, name, _io[name].Shape);
    }

    /// <summary>
    /// Codes of so many bits, each summed in single precision: up to 24 bits the sums are exact. Above, their last bits depend on the order
    /// of summation, which differs between processors, so they agree to within two units in the last place.
    /// </summary>
    public void SameSum(string name, Tensor actual, int bits)
    {
        if (bits <= 24)
        {
            Same(name, actual);
            return;
        }

        using var scope = NewDisposeScope();
        Assert.Equal(_io[name].Shape, actual.shape);
        long[] found = actual.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray();
        Assert.All(
            _io[name].ToInt64s().Zip(found), pair => Assert.InRange(pair.Second - pair.First, -1L << (bits - 23), 1L << (bits - 23)));
    }

    public void Same(string name, Tensor actual)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(_io[name].Shape, actual.shape);
        Assert.Equal(_io[name].ToInt64s(), actual.to(ScalarType.Int64).cpu().contiguous().data<long>().ToArray());
    }
}
