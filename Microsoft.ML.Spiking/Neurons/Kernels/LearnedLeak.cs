namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>PLIF: the gradient by the leak is summed.</summary>
internal readonly struct LearnedLeak : ILeak
{
    public static bool IsLearned => true;
}
