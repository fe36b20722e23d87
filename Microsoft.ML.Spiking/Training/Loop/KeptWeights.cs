using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The best weights so far, with the measurements by which epochs are compared.</summary>
/// <param name="Weights">A copy of the weights.</param>
/// <param name="Epoch">The epoch of these weights, from 1; 0 where no epoch has ended.</param>
/// <param name="Accuracy">Accuracy on the validation rows; null without them.</param>
/// <param name="Loss">Loss on the validation rows; null without them.</param>
internal sealed record KeptWeights(NetworkWeights Weights, int Epoch, double? Accuracy, double? Loss)
{
    /// <summary>Gets the macro accuracy on the validation rows; null without them.</summary>
    public double? MacroAccuracy { get; init; }

    /// <summary>Returns whether an epoch was better. Without validation rows, every later one is.</summary>
    public bool IsWorseThan(EpochMetrics epoch, ValidationMetric metric)
    {
        if (epoch is not
            { ValidationAccuracy: double accuracy, ValidationMacroAccuracy: double macro, ValidationLoss: double loss })
        {
            return true;
        }
        return metric switch
        {
            ValidationMetric.Accuracy => accuracy > Accuracy || (accuracy == Accuracy && loss < Loss),
            ValidationMetric.MacroAccuracy => macro > MacroAccuracy || (macro == MacroAccuracy && loss < Loss),
            ValidationMetric.Loss => loss < Loss,
            _ => throw new NotSupportedException($"The validation metric {metric} is not known."),
        };
    }
}
