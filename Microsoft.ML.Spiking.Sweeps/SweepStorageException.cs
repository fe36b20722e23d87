namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>The database of a sweep cannot be reached or used, or holds something else.</summary>
public sealed class SweepStorageException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SweepStorageException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was wrong, with which database, and what to do.</param>
    public SweepStorageException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was wrong, with which database, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public SweepStorageException(string message, Exception innerException) : base(message, innerException) { }
}
