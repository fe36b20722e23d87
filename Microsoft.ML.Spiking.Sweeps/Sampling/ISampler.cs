using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>Chooses the values of trials. What it chooses is a function of its seed and the arguments alone.</summary>
internal interface ISampler
{
    /// <summary>The values of the trial of that number.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="trials">What is known of others, by number.</param>
    SweepPoint Sample(int number, IReadOnlyList<Observation> trials);
}
