using AudioBsq.Cli.Evaluation;
using AudioBsq.Metrics;

namespace AudioBsq.Cli.Reports;

/// <summary>The figures of all clips together.</summary>
internal static class TotalSection
{
    public static Html Of(ReportContent content)
    {
        var (evaluation, speed) = (content.Evaluation, content.Speed);
        var sound = evaluation.Sound!;
        return Html.Of($"""
            <section id="total">
            <h2>Figures of all clips</h2>
            <p>Each clip is turned into tokens, back into a mel spectrogram, and by {sound.Synthesis} into sound: the <b>reconstruction</b>.
            The <b>ceiling</b> is made in the same way of the original's own mel spectrogram, without tokens: what is missing there is the
            synthesis's doing, and the distance from ceiling to reconstruction is the tokens'.</p>
            {MetricTable.Of(sound)}<p class="note">In brackets: where the mean lies with 95 % confidence, by bootstrap over clips; of fewer
            than about ten clips the interval is too narrow. A figure that some clips do not have is the mean of the others. Mel MAE and MSE
            here are of the mel spectrogram of the sound; the mel error below is of what the tokens stand for. SNR, SI-SNR and SI-SDR say
            nothing of sound whose phases are made up.</p>
            <div class="wide"><table>
            <caption>Mel spectrogram, codes and speed</caption>
            <tbody>
            {Figures(content)}{Speeds(speed)}</tbody>
            </table></div>
            <p class="note">Speeds: over {speed.Seconds:N1} s of sound, one clip at a time, networks on {speed.Threads}
            {(speed.Threads == 1 ? "thread" : "threads")} if they ran on a CPU, everything else on one; other work on the machine makes them
            lower.</p>
            {Failures(evaluation)}</section>

            """);
    }

    private static Html[] Figures(ReportContent content)
    {
        var (evaluation, codes, model) = (content.Evaluation, content.Use.Diagnostics, content.Model);
        double positions = model.TokensPerSecond / model.Model.TokensPerPosition;
        double maxEntropy = Math.Min(codes.Bits, Math.Log2(codes.Positions));
        double shown = 100 * codes.AttainableUsage;
        string unit = evaluation.Level.Unit();
        return
        [
            Row("Mel error", $"{evaluation.Total.MeanAbsoluteError:F3} {unit}", $"mean absolute difference over frames and bands"),
            Row(
                "Bit rate, nominal",
                $"{model.BitsPerSecond:N0} bit/s",
                $"{model.TokensPerSecond:0.##} tokens a second × {model.BitsPerToken} bits"),
            Row(
                "Bit rate, by entropy",
                $"{BitRate.Entropy(positions, codes):N0} bit/s",
                $"{positions:0.##} codes a second × their joint entropy: what an ideal code for single codes would need"),
            Row(
                "Codes used",
                $"{codes.DistinctCodes:N0}",
                $"{shown:F0} % of what {codes.Positions:N0} positions could show; {100 * codes.Usage:0.###} % of all"),
            Row(
                "Joint entropy",
                $"{codes.JointEntropy:F2} bits",
                $"of {codes.Bits} bits; so many positions can show {maxEntropy:F2}, and few positions show too little"),
            Row("Dead bits", $"{codes.DeadBits}", $"that never change"),
        ];
    }

    private static Html[] Speeds(ReportSpeed speed)
    {
        var (encode, decode, synthesize) = speed.Factors;
        return
        [
            Row("Encode", $"{1 / encode:N1} × real time", $"waveform to tokens; {encode:F4} s for a second of sound"),
            Row("Decode", $"{1 / decode:N1} × real time", $"tokens to mel spectrogram; {decode:F4} s for a second of sound"),
            Row("Synthesize", $"{1 / synthesize:N1} × real time", $"mel spectrogram to waveform; {synthesize:F4} s for a second of sound"),
        ];
    }

    private static Html Row(string name, FormattableString value, FormattableString meaning) => Html.Of($"""
        <tr><th scope="row">{name}</th><td>{FormattableString.Invariant(value)}</td><td>{FormattableString.Invariant(meaning)}</td></tr>

        """);

    private static Html Failures(EvaluationSummary evaluation)
    {
        var problems = evaluation.Sound!.Clips.SelectMany(clip => clip.Problems.Select(problem => Item(clip.Path, problem)));
        Html[] items = [.. evaluation.Failed.Select(failure => Item(failure.Path, failure.Reason)), .. problems];
        return items.Length == 0 ? default : Html.Of($"""
            <h3>What could not be measured</h3>
            <ul>{items}</ul>

            """);

        static Html Item(string path, string reason) => Html.Of($"<li><bdi>{path}</bdi>: {reason}</li>");
    }
}
