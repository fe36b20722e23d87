namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// The offer of a layer that nobody but the next one sees its output: the next layer may take that memory for itself,
/// and the gradient that it sends back is nobody else's either.
/// </summary>
internal sealed class MemoryLoan
{
    /// <summary>Whether the next layer has taken it.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Takes it; true the first time.</summary>
    public bool Take()
    {
        bool isFirst = !IsTaken;
        IsTaken = true;
        return isFirst;
    }
}
