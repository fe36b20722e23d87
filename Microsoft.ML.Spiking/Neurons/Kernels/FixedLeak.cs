namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>LIF, IF: no gradient by the leak.</summary>
internal readonly struct FixedLeak : ILeak
{
    public static bool IsLearned => false;
}
