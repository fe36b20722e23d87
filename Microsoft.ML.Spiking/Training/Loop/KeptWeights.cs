using Microsoft.ML.Spiking.Networks;


namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The best weights so far, and what makes them that.</summary>
/// <param name="Weights">A copy.</param>
/// <param name="Epoch">Whose, from 1; 0 where no epoch has ended.</param>
/// <param name="Accuracy">On the validation rows; null without.</param>
/// <param name="Loss">On the validation rows; null without.</param>
internal sealed record KeptWeights(NetworkWeights Weights, int Epoch, double? Accuracy, double? Loss)
{
    /// <summary>On the validation rows; null without.</summary>
    public double? MacroAccuracy { get; init; }

    /// <summary>Whether an epoch was better. Without validation, the last one is.</summary>
    public bool IsWorseThan(EpochMetrics epoch, ValidationMetric metric)
    {
        if (epoch is not { ValidationAccuracy: double accuracy, ValidationMacroAccuracy: double macro, ValidationLoss: double loss })
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
