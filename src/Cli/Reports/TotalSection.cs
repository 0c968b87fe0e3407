using AudioBsq.Cli.Evaluation;
using AudioBsq.Metrics;

namespace AudioBsq.Cli.Reports;

/// <summary>The figures of all clips together.</summary>
internal static class TotalSection
{
    public static Html Of(ReportContent content)
    {
        var (evaluation, codes, speed) = (content.Evaluation, content.Use.Diagnostics, content.Speed);
        var sound = evaluation.Sound!;
        var (encode, decode, synthesize) = speed.Factors;
        double positions = content.Model.TokensPerSecond / content.Model.Model.TokensPerPosition, entropyRate = BitRate.Entropy(positions, codes);
        string unit = MelUnit.Of(evaluation.Level);
        return Html.Of($"""
            <section id="total">
            <h2>Figures of all clips</h2>
            <p>Each clip is turned into tokens, back into a mel spectrogram, and by {sound.Synthesis} into sound: the <b>reconstruction</b>. The <b>ceiling</b>
            is made in the same way of the original's own mel spectrogram, without tokens: what is missing there is the synthesis's doing, and the
            distance from ceiling to reconstruction is the tokens'.</p>
            {MetricTable.Of(sound)}<p class="note">In brackets: where the mean lies with 95 % confidence, by bootstrap over clips; of fewer than about ten clips the interval is too narrow. A figure that some clips do not have is
            the mean of the others. Mel MAE and MSE here are of the mel spectrogram of the sound; the mel error below is of what the tokens stand for. SNR, SI-SNR and
            SI-SDR say nothing of sound whose phases are made up.</p>
            <div class="wide"><table>
            <caption>Mel spectrogram, codes and speed</caption>
            <tbody>
            <tr data-figure="mae"><th scope="row">Mel error</th><td>{evaluation.Total.MeanAbsoluteError:F3}{unit}</td><td>mean absolute difference over frames and bands</td></tr>
            <tr><th scope="row">Bit rate, nominal</th><td>{content.Model.BitsPerSecond:N0} bit/s</td><td>{content.Model.TokensPerSecond:0.##} tokens a second × {content.Model.BitsPerToken} bits</td></tr>
            <tr><th scope="row">Bit rate, by entropy</th><td>{entropyRate:N0} bit/s</td><td>{positions:0.##} codes a second × their joint entropy: what an ideal code for single codes would need</td></tr>
            <tr data-figure="usage"><th scope="row">Codes used</th><td>{codes.DistinctCodes:N0}</td><td>{100 * codes.AttainableUsage:F0} % of what {codes.Positions:N0} positions could show; {100 * codes.Usage:0.###} % of all</td></tr>
            <tr data-figure="entropy"><th scope="row">Joint entropy</th><td>{codes.JointEntropy:F2} bits</td><td>of {codes.Bits} bits; so many positions can show {Math.Min(codes.Bits, Math.Log2(codes.Positions)):F2}, and few positions show too little</td></tr>
            <tr data-figure="dead"><th scope="row">Dead bits</th><td>{codes.DeadBits}</td><td>that never change</td></tr>
            <tr><th scope="row">Encode</th><td>{1 / encode:N1} × real time</td><td>waveform to tokens; {encode:F4} s for a second of sound</td></tr>
            <tr><th scope="row">Decode</th><td>{1 / decode:N1} × real time</td><td>tokens to mel spectrogram; {decode:F4} s for a second of sound</td></tr>
            <tr><th scope="row">Synthesize</th><td>{1 / synthesize:N1} × real time</td><td>mel spectrogram to waveform; {synthesize:F4} s for a second of sound</td></tr>
            </tbody>
            </table></div>
            <p class="note">Speeds: over {speed.Seconds:N1} s of sound, one clip at a time, networks on {speed.Threads} {(speed.Threads == 1 ? "thread" : "threads")} if they ran on a CPU, everything else on one;
            other work on the machine makes them lower.</p>
            {Failures(evaluation)}</section>

            """);
    }

    private static Html Failures(EvaluationSummary evaluation)
    {
        var rows = evaluation.Failed.Select(failure => Row(failure.Path, failure.Reason))
            .Concat(evaluation.Sound!.Clips.SelectMany(clip => clip.Problems.Select(problem => Row(clip.Path, problem)))).ToList();
        return rows.Count == 0 ? default : Html.Of($"""
            <h3>What could not be measured</h3>
            <ul>{rows}</ul>

            """);

        static Html Row(string path, string reason) => Html.Of($"<li><bdi>{path}</bdi>: {reason}</li>");
    }
}
