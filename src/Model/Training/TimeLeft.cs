namespace AudioBsq.Training;

/// <summary>
/// Estimates the time that training still takes, by its steps so far. A discriminator makes steps slower from its first step on; until
/// then its part is estimated by the operations that it has.
/// </summary>
/// <param name="maxSteps">Steps of the whole run.</param>
/// <param name="slowFrom">The first step with a discriminator; <paramref name="maxSteps"/> or more when there is none.</param>
/// <param name="slowness">Expected time of a step with the discriminator, in steps without.</param>
internal sealed class TimeLeft(int maxSteps, int slowFrom, double slowness)
{
    private readonly Phase _plain = new(), _slow = new();

    /// <summary>Adds a step and the time that passed with it.</summary>
    public void Add(int step, TimeSpan time) => (step < slowFrom ? _plain : _slow).Add(time);

    /// <summary>The time from a step on; at least one step must have been added.</summary>
    public TimeSpan From(int step)
    {
        int plain = Math.Max(0, Math.Min(slowFrom, maxSteps) - step), slow = Math.Max(0, maxSteps - Math.Max(step, slowFrom));
        var plainStep = _plain.Mean ?? _slow.Mean!.Value / slowness;
        return plainStep * plain + (_slow.Mean ?? plainStep * slowness) * slow;
    }

    private sealed class Phase
    {
        private TimeSpan _time, _first;
        private int _steps;

        // The first step makes what is made once; it counts while it is the only one.
        public TimeSpan? Mean => _steps switch { 0 => null, 1 => _first, _ => _time / (_steps - 1) };

        public void Add(TimeSpan time)
        {
            if (_steps++ == 0) _first = time;
            else _time += time;
        }
    }
}
