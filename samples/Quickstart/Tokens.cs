using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>The column of tokens.</summary>
internal static class Tokens
{
    /// <summary>The first 16 digits of a hash of all tokens.</summary>
    public static string Hash(IDataView data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tokens in data.GetColumn<VBuffer<uint>>("Tokens"))
        {
            foreach (uint token in tokens.DenseValues()) hash.AppendData(BitConverter.GetBytes(token));
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..16];
    }
}
