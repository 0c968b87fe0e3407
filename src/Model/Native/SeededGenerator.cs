using static TorchSharp.torch;

namespace AudioBsq.Native;

/// <summary>
/// Seeds torch's global generator and puts its former state back at the end, so that a user's own random numbers go on as if nothing
/// was.
/// </summary>
internal sealed class SeededGenerator : IDisposable
{
    private readonly Tensor _before = random.get_rng_state().DetachFromDisposeScope();

    public SeededGenerator(int seed) => random.manual_seed(seed);

    public void Dispose()
    {
        random.set_rng_state(_before);
        _before.Dispose();
    }
}
