namespace Microsoft.ML.Spiking;

/// <summary>The exception thrown when the loss becomes infinite or not a number before any epoch has ended.</summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TrainingDivergedException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The epoch, the last finite loss and what to lower.</param>
    public TrainingDivergedException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">The epoch, the last finite loss and what to lower.</param>
    /// <param name="innerException">The cause.</param>
    public TrainingDivergedException(string message, Exception innerException) : base(message, innerException) { }
}
