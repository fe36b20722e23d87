using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>How likely the places of a dimension are.</summary>
internal interface IDensity
{
    /// <summary>Greater than 0 everywhere.</summary>
    double At(double place);

    /// <summary>A place, drawn accordingly.</summary>
    double Draw(ref RandomStream random);
}
