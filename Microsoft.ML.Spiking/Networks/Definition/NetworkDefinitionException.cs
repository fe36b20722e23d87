namespace Microsoft.ML.Spiking;

/// <summary>
/// A network that cannot exist: layers that do not fit, names used twice, values out of range, sizes beyond the limits.
/// </summary>
public sealed class NetworkDefinitionException : Exception
{
    /// <summary>Creates the exception.</summary>
    public NetworkDefinitionException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with the layer named.</param>
    public NetworkDefinitionException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with the layer named.</param>
    /// <param name="innerException">The cause.</param>
    public NetworkDefinitionException(string message, Exception innerException) : base(message, innerException) { }

    /// <summary>Gets whether a layer of images is given something else.</summary>
    internal bool NeedsImage { get; init; }
}
