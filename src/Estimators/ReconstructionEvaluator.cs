using AudioBsq.Distributed;
using AudioBsq.Metrics;
using AudioBsq.Signal;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace AudioBsq.MLNet;

/// <summary>Reads originals, reconstructions and tokens side by side and measures them.</summary>
internal static class ReconstructionEvaluator
{
    public static ReconstructionMetrics Evaluate(
        IHostEnvironment environment, IDataView data, string mel, string reconstructed, string tokens)
    {
        var melColumn = ColumnRule.SingleVector.Find(environment, data.Schema, mel);
        var reconstructedColumn = ColumnRule.SingleVector.Find(environment, data.Schema, reconstructed);
        var (tokenColumn, bits) = TokenColumn.Find(environment, data.Schema, tokens);
        int perFrame = ValuesPerFrame(melColumn), bands = AudioColumn.TryGetMelOptions(melColumn)?.Bands ?? perFrame;

        var evaluation = new ReconstructionEvaluation(bands, bits);
        using var cursor = data.GetRowCursor([melColumn, reconstructedColumn, tokenColumn]);
        var readMel = cursor.GetGetter<VBuffer<float>>(melColumn);
        var readReconstructed = cursor.GetGetter<VBuffer<float>>(reconstructedColumn);
        var readTokens = cursor.GetGetter<VBuffer<uint>>(tokenColumn);
        VBuffer<float> melRow = default, reconstructedRow = default;
        VBuffer<uint> tokenRow = default;
        while (cursor.MoveNext())
        {
            readMel(ref melRow);
            readReconstructed(ref reconstructedRow);
            readTokens(ref tokenRow);
            float[] original = MelScales.Cut(MelRows.Values(melRow, mel, perFrame, cursor.Position), perFrame, bands);
            if (reconstructedRow.Length < original.Length)
            {
                throw new InvalidDataException(
                    $"Row {cursor.Position}: the reconstruction has {reconstructedRow.Length} numbers, its original {original.Length}.");
            }

            evaluation.Add(
                original,
                MelRows.Values(reconstructedRow, reconstructed, bands, cursor.Position),
                TokenColumn.FromKeys(tokenRow, tokens, cursor.Position));
        }

        return evaluation.Result(RankGroup.Alone);
    }

    private static int ValuesPerFrame(DataViewSchema.Column mel) => ((VectorDataViewType)mel.Type).Dimensions is [_, > 0 and int known]
        ? known
        : AudioColumn.TryGetMelOptions(mel)?.ValuesPerFrame ?? 1;
}
