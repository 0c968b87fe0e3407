using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AudioBsq.Networks;

namespace AudioBsq.Persistence;

/// <summary>
/// Identifies a model, however it was saved: 128 bits of a hash of its options and of both halves' weights. Options with their default
/// values are left out, so that a release with new options does not change fingerprints.
/// </summary>
internal static class ModelFingerprint
{
    private const string Format = "audiobsq-fingerprint-1";

    public static string Of(ModelContent model)
    {
        string HashOfPart(ModelParts part) => model.Parts.HasFlag(part) ? HashOf(model.Weights(part)) : model.AbsentHash!;
        var options = model.Options with { Decoder = model.Options.EffectiveDecoder };
        string[] parts =
        [
            Format,
            Differences(OptionsJson.Write(options), OptionsJson.Write(new AudioBsqOptions { Decoder = new NetworkOptions() })),
            Differences(OptionsJson.Write(model.Mel), OptionsJson.Write(new Signal.MelOptions())),
            HashOfPart(ModelParts.Encoder),
            HashOfPart(ModelParts.Decoder),
        ];
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))).AsSpan(0, 16));
    }

    /// <summary>SHA-256 of the weights of one half, in capital hexadecimal digits.</summary>
    public static string HashOf(IEnumerable<NamedWeights> half)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in WeightsFile.InOrder(half)) hash.AppendData(tensor.Read());
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string Differences(string json, string defaults) =>
        Differences(JsonNode.Parse(json)!.AsObject(), JsonNode.Parse(defaults)!.AsObject()).ToJsonString();

    private static JsonObject Differences(JsonObject values, JsonObject defaults)
    {
        var different = new JsonObject();
        foreach (var (name, value) in values.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            if (JsonNode.DeepEquals(value, defaults[name])) continue;
            different[name] = value is JsonObject inner && defaults[name] is JsonObject usual
                ? Differences(inner, usual)
                : value?.DeepClone();
        }

        return different;
    }
}
