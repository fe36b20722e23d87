using Microsoft.ML.Spiking.Randomness;


namespace Microsoft.ML.Spiking.Sweeps.Sampling;

/// <summary>How likely the places of a dimension are around one of them.</summary>
internal interface IKernel
{
    /// <summary>The density of a place around another, greater than or equal to 0.</summary>
    double At(double place, double center);

    /// <summary>The density of a place where nothing is known.</summary>
    double Anywhere { get; }

    /// <summary>A place around another.</summary>
    double Draw(double center, ref RandomStream random);

    /// <summary>A place where nothing is known.</summary>
    double Draw(ref RandomStream random);
}
