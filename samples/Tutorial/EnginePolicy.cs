using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;

namespace Tutorial;

/// <summary>Makes the prediction engines of a pool. All share one model, whose owner disposes it when the pool is gone.</summary>
internal sealed class EnginePolicy(MLContext ml, ITransformer model) : IPooledObjectPolicy<PredictionEngine<Recording, Answer>>
{
    public PredictionEngine<Recording, Answer> Create() =>
        ml.Model.CreatePredictionEngine<Recording, Answer>(model, new PredictionEngineOptions { OwnsTransformer = false });

    public bool Return(PredictionEngine<Recording, Answer> engine) => true; // an engine that threw can be used again
}
