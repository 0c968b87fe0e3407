using static TorchSharp.torch;

namespace AudioBsq.Networks;

/// <summary>
/// What stands before a linear layer and takes little time, so that it may be computed twice: norms, activations. It draws no random numbers.
/// </summary>
/// <param name="x">(batch, positions, channels)</param>
/// <param name="real">(batch, positions, 1), 1 at real positions and 0 at padded ones; null when all are real, or where it makes no difference.</param>
internal delegate Tensor CheapLayer(Tensor x, Tensor? real);
