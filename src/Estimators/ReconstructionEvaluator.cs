using AudioBsq.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Reads originals, reconstructions and tokens side by side and measures them.</summary>
internal static class ReconstructionEvaluator
{
    public static ReconstructionMetrics Evaluate(IHostEnvironment environment, IDataView data, string mel, string reconstructed, string tokens)
    {
        var melColumn = ColumnRule.SingleVector.Find(environment, data.Schema, mel);
        var drawnColumn = ColumnRule.SingleVector.Find(environment, data.Schema, reconstructed);
        var (tokenColumn, bits) = TokenColumn.Find(environment, data.Schema, tokens);
        int bands = ((VectorDataViewType)melColumn.Type).Dimensions is [_, > 0 and int known] ? known : MelColumn.TryGetOptions(melColumn)?.Bands ?? 1;

        var evaluation = new ReconstructionEvaluation(bands, bits);
        using var cursor = data.GetRowCursor([melColumn, drawnColumn, tokenColumn]);
        var (readMel, readDrawn) = (cursor.GetGetter<VBuffer<float>>(melColumn), cursor.GetGetter<VBuffer<float>>(drawnColumn));
        var readTokens = cursor.GetGetter<VBuffer<uint>>(tokenColumn);
        VBuffer<float> melRow = default, drawnRow = default;
        VBuffer<uint> tokenRow = default;
        while (cursor.MoveNext())
        {
            readMel(ref melRow);
            readDrawn(ref drawnRow);
            readTokens(ref tokenRow);
            if (drawnRow.Length < melRow.Length) throw new InvalidDataException($"Row {cursor.Position}: the reconstruction has {drawnRow.Length} numbers, its original {melRow.Length}.");
            evaluation.Add(
                MelRows.Values(melRow, mel, bands, cursor.Position),
                MelRows.Values(drawnRow, reconstructed, bands, cursor.Position),
                TokenColumn.FromKeys(tokenRow, tokens, cursor.Position));
        }

        return evaluation.Result();
    }
}
