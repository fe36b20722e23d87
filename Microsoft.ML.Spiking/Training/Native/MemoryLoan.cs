namespace Microsoft.ML.Spiking.Training.Native;

/// <summary>
/// A layer's promise that only the next layer sees its output: the next layer may take over that memory, and the
/// gradient that it sends back is seen by this layer alone.
/// </summary>
internal sealed class MemoryLoan
{
    /// <summary>Gets whether the next layer has taken it.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Takes the memory; returns true the first time alone.</summary>
    public bool Take()
    {
        bool isFirst = !IsTaken;
        IsTaken = true;
        return isFirst;
    }
}
