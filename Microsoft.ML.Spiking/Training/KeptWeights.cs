using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Training;

/// <summary>The best weights so far, and what makes them that.</summary>
/// <param name="Weights">A copy.</param>
/// <param name="Epoch">Whose, from 1; 0 where no epoch has ended.</param>
/// <param name="Accuracy">On the validation rows; null without.</param>
/// <param name="Loss">On the validation rows; null without.</param>
internal sealed record KeptWeights(NetworkWeights Weights, int Epoch, double? Accuracy, double? Loss);
