namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Another worker has taken up the trial, because this one showed no sign of life for too long.</summary>
internal sealed class ClaimLostException : Exception
{
    public ClaimLostException() : base("Another worker has taken up the trial.") { }

    public ClaimLostException(string message) : base(message) { }

    public ClaimLostException(string message, Exception innerException) : base(message, innerException) { }
}
