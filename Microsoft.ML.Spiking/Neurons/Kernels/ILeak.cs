namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>Whether the leak is learned, for the compiler.</summary>
internal interface ILeak
{
    static abstract bool IsLearned { get; }
}
