using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary><see cref="NeuronConstants"/> as the structure Constants of neuron.cu.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceConstants
{
    /// <summary>Bytes of the structure.</summary>
    public const int Size = 64;

    public double LearnedFactor;
    public float Gamma;
    public float Leak;
    public float Gain;
    public float Threshold;
    public float ResetPotential;
    public float SurrogateA;
    public float SurrogateB;
    public float InverseTau;
    public float TauFactor;
    public float MFactor;
    public float K;
    public float Rescale;
    public float ScaleWeight;
    public float SurrogateRoot;

    /// <summary>
    /// Returns the constants of a neuron. Those that depend on a learned value are computed on the device, from the
    /// value there.
    /// </summary>
    public static DeviceConstants Of(SpikingNeuronDefinition neuron)
    {
        float initial = neuron.LearnedScalars.Count == 0 ? 0 : (float)neuron.LearnedScalars[0].Initial;
        NeuronConstants c = NeuronConstants.WithSurrogate(neuron, initial);
        return new()
        {
            LearnedFactor = c.LearnedFactor,
            Gamma = c.Gamma,
            Leak = c.Leak,
            Gain = c.Gain,
            Threshold = c.Threshold,
            ResetPotential = c.ResetPotential,
            SurrogateA = c.SurrogateA,
            SurrogateB = c.SurrogateB,
            InverseTau = c.InverseTau,
            TauFactor = c.TauFactor,
            MFactor = Sigmoid.MinusLog2E,
            K = c.K,
            Rescale = c.Rescale,
            ScaleWeight = c.ScaleWeight,
            SurrogateRoot = MathF.Sqrt(c.SurrogateB),
        };
    }
}

/// <summary>
/// The structure Windows of neuron.cu: windows of 2x2, over which spikes are averaged, that share out images.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceWindows
{
    /// <summary>Windows of a row.</summary>
    public uint Columns;

    /// <summary>From a value to that of its right neighbour: 1, or the number of channels.</summary>
    public uint Pixel;
}

/// <summary>The structure Channels of neuron.cu: a batch normalization that neurons apply as they read.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DeviceChannels
{
    /// <summary>The address of each channel's factor, [T, channels], or [channels] for all steps.</summary>
    public nint Scale;

    /// <summary>The address of each channel's summand, in the same shape.</summary>
    public nint Shift;

    /// <summary>From one step's constants to the next: channels, or 0.</summary>
    public long Step;

    /// <summary>Number of channels.</summary>
    public uint Count;

    /// <summary>Neighbouring values of a channel.</summary>
    public uint Inner;
}
