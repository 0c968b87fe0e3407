namespace TokenLanguageModel;

/// <summary>
/// A language model of tokens, bit by bit from the highest: each of several contexts counts its bits, and their predictions are mixed in
/// the logit domain by weights that are learned too, one set for each bit of a time step (Mahoney 2005, "Adaptive Weighing of Context
/// Models for Lossless Data Compression").
/// </summary>
internal sealed class TokenMixer(int bits, int tokensPerStep)
{
    private const double WeightRate = 0.005;

    private readonly Dictionary<(int Kind, long Context), (double Logit, double Share, int Count)> _counts = [];
    private readonly double[,] _weights = new double[bits * tokensPerStep, ContextsOf(0, 1, 0, [0, 0, 0, 0]).Length];

    /// <summary>The bits that a clip takes, and learns from it if told to.</summary>
    public double Score(int[] tokens, bool learn = false)
    {
        double taken = 0;
        for (int step = 0; step < tokens.Length; step++)
        {
            Token(step, Before(tokens, step), (b, one) =>
            {
                int bit = tokens[step] >> b & 1;
                taken -= Math.Log2(bit == 1 ? one : 1 - one);
                return bit;
            }, learn);
        }

        return taken;
    }

    /// <summary>Goes on after some tokens, by chance as the model has it.</summary>
    public int[] Continue(int[] tokens, int count, Random random)
    {
        var all = tokens.ToList();
        for (int i = 0; i < count; i++)
            all.Add(Token(all.Count, Before(all, all.Count), (_, one) => random.NextDouble() < one ? 1 : 0, learn: false));
        return [.. all];
    }

    private static int[] Before(IReadOnlyList<int> tokens, int place) =>
        [.. Enumerable.Range(1, 4).Select(back => place >= back ? tokens[place - back] : 0)];

    // For each bit what the contexts say, mixed; then the bit, known or drawn.
    private int Token(int step, int[] before, Func<int, double, int> next, bool learn)
    {
        int row = step % tokensPerStep, above = 1; // the bits of this token so far, behind a 1
        for (int b = bits - 1; b >= 0; b--)
        {
            int place = (row * bits) + bits - 1 - b;
            long[] contexts = ContextsOf(place, (row << bits) + above, b, before);
            double[] says = [.. contexts.Select((context, kind) => _counts.GetValueOrDefault((kind, context)).Logit)];
            double mixed = says.Select((logit, kind) => logit * (_weights[place, kind] + 0.3)).Sum();
            double one = Math.Clamp(1 / (1 + Math.Exp(-mixed)), 1e-4, 1 - 1e-4);
            int bit = next(b, one);
            for (int kind = 0; learn && kind < contexts.Length; kind++)
            {
                _weights[place, kind] += WeightRate * (bit - one) * says[kind];
                var (_, share, count) = _counts.GetValueOrDefault((kind, contexts[kind]), (0, 0.5, 0));
                share = Math.Clamp(share + ((bit - share) / (++count + 0.5)), 0.001, 0.999);
                _counts[(kind, contexts[kind])] = (Math.Log(share / (1 - share)) * count / (count + 4), share, count); // rare ones say less
            }

            above = (2 * above) + bit;
        }

        return above - (1 << bits);
    }

    // What is known of the token's bits above, of this bit in the tokens before, and of all bits of these.
    private static long[] ContextsOf(int place, int above, int b, int[] before)
    {
        long[] same = Array.ConvertAll(before, token => (long)(token >> b & 1));
        long last = (((place * 2) + same[0]) << 40) + before[0], run = same[0] * 8 + same[1] * 4 + same[2] * 2 + same[3];
        return
        [
            above, above * 2L + same[0], ((long)above << 20) + before[0], ((long)above << 20) + before[1], above * 16L + run,
            place * 16 + run, last, ((long)place << 20) + before[1], ((long)place << 20) + before[2], (last << 20) ^ before[1],
            (last << 3) + above % 8,
        ];
    }
}
