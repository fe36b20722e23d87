using System.Globalization;

namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The end of a training whose loss or weights are no longer finite.</summary>
internal static class Divergence
{
    private const string Advice = "Lower the learning rate or set a gradient clipping.";

    /// <summary>Returns the best weights so far and logs a warning.</summary>
    /// <exception cref="TrainingDivergedException">No epoch has ended, so there are none.</exception>
    public static TrainingOutcome Outcome(TrainingState state, ITrainingObserver observer)
    {
        string last = state.LastFiniteLoss is double loss
            ? string.Create(CultureInfo.InvariantCulture, $"the last finite loss was {loss:G4}")
            : "it was never finite";
        string message = string.Create(CultureInfo.InvariantCulture,
            $"The training diverged in epoch {state.Epoch}: the loss or the weights are no longer finite ({last}).");
        if (state.Kept is null)
        {
            throw new TrainingDivergedException($"{message} {Advice}");
        }
        observer.Warning(string.Create(CultureInfo.InvariantCulture,
            $"{message} The weights of epoch {state.Kept.Epoch} are kept. {Advice}"));
        return new(state.Kept.Weights, state.History, state.Kept.Epoch, Cancelled: false) { Divergence = message };
    }
}
