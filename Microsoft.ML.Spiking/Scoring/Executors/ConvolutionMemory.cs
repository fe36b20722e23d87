using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>What a convolution works with, of one group.</summary>
internal unsafe struct ConvolutionMemory
{
    public ActiveInputs Active;

    /// <summary>For each pixel, and the one after the last, how many changing inputs lie before it.</summary>
    public int* ChangingStarts;

    /// <summary>Likewise of those that do not change.</summary>
    public int* ConstantStarts;

    /// <summary>The changing inputs under the kernel, a run for each of its rows.</summary>
    public ActiveRun* Changing;

    /// <summary>Likewise of those that do not change.</summary>
    public ActiveRun* Constant;

    /// <summary>A panel: what the changing inputs are added to.</summary>
    public float* Start;

    /// <summary>A panel of each step, for those that stick out beyond the last output.</summary>
    public float* Overhang;
}
