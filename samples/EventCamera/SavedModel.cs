using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Events;

namespace EventCamera;

/// <summary>The model of the training, loaded in another process.</summary>
internal sealed record SavedModel(MLContext Context, ITransformer Whole, SpikingModelParameters Network,
    EventFrameOptions Frames)
{
    public static SavedModel Load()
    {
        var ml = new MLContext();
        ITransformer whole = ml.Model.Load(Training.ModelPath, out _);
        ITransformer[] parts = [.. (TransformerChain<ITransformer>)whole];
        return new(ml, whole, parts.OfType<SpikingPredictionTransformer>().Single().Model,
            parts.OfType<EventFramesTransformer>().Single().Options);
    }
}
