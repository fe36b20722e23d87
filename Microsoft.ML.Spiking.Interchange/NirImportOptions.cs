namespace Microsoft.ML.Spiking.Interchange;

/// <summary>The properties of a network that a NIR file does not state.</summary>
public sealed class NirImportOptions
{
    /// <summary>Gets the number of time steps that a row is presented for; at least 1. Default 16.</summary>
    public int TimeSteps { get; init; } = 16;

    /// <summary>
    /// Gets the length of a time step, in the unit of the file's time constants (seconds, by NIR's convention); greater
    /// than 0. Default 1e-4. Files of simulators that count in steps have 1.
    /// </summary>
    public double TimeStep { get; init; } = NirFile.DefaultTimeStep;

    /// <summary>
    /// Gets whether a row brings all its time steps, [time steps, ...input shape]; if not, its values are the current
    /// of every step. Default <see langword="false"/>.
    /// </summary>
    public bool HasTimeAxis { get; init; }
}
