using System.Numerics;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>A compilation of norm.cu.</summary>
/// <param name="Width">Values of a thread at a time.</param>
/// <param name="IsChannelsLast">Whether channels are innermost.</param>
/// <param name="IsHalf">Whether values and gradients are bfloat16, else float32.</param>
internal readonly record struct NormProgram(int Width, bool IsChannelsLast, bool IsHalf) : ICudaProgram
{
    private static readonly string Text = CudaSource.Read("norm.cu");

    string ICudaProgram.Source => Text;

    public IReadOnlyList<string> Definitions =>
    [
        NeuronProgram.Define("WIDTH", Width), NeuronProgram.Define("CHANNELS_LAST", IsChannelsLast ? 1 : 0),
        NeuronProgram.Define("BF16", IsHalf ? 1 : 0),
    ];

    /// <summary>Returns the values of a thread at a time: 16 bytes, or fewer.</summary>
    /// <param name="neighbours">Values that the width must divide: the innermost dimension.</param>
    /// <param name="alignment">Number of values that the addresses of all arrays are multiples of.</param>
    /// <param name="isHalf">Whether they are bfloat16, else float32.</param>
    public static int WidthFor(long neighbours, long alignment, bool isHalf) =>
        1 << BitOperations.TrailingZeroCount(neighbours | alignment | (isHalf ? 8L : 4L));
}
