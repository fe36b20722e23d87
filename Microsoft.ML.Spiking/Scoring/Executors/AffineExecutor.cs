using System.Runtime.CompilerServices;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Scoring.Executors;

/// <summary>
/// y = scale x + shift with constants for each channel: a batch normalization with nothing before it to fold into.
/// </summary>
internal sealed unsafe class AffineExecutor<TLanes> : LayerExecutor
    where TLanes : unmanaged, ILanes<TLanes>
{
    // Below that many values the ends of the runs cost more than longer constants do.
    private const int ShortestRun = 64;

    private readonly AlignedFloats _scale;
    private readonly AlignedFloats _shift;
    private readonly int _run;
    private readonly int _size;
    private readonly int _timeSteps;

    /// <param name="affine">Constants for each channel, the first length of the shape.</param>
    /// <param name="order">The order of a step's values.</param>
    /// <param name="size">Values of a step.</param>
    /// <param name="timeSteps">T; 1 if the input is the same at every step.</param>
    public AffineExecutor(ChannelAffine affine, Interleaving order, int size, int timeSteps)
    {
        int channels = affine.Scale.Length;
        _size = size;
        _timeSteps = timeSteps;
        _run = order.Channels == channels && channels >= ShortestRun ? channels : size;
        _scale = new AlignedFloats(_run);
        _shift = new AlignedFloats(_run);
        for (int place = 0; place < _run; place++)
        {
            int channel = order.PositionOf(place) / (size / channels);
            _scale.Pointer[place] = (float)affine.Scale[channel];
            _shift.Pointer[place] = (float)affine.Shift[channel];
        }
    }

    public override long OutputLength => (long)_timeSteps * _size;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(float* input, float* output, float* scratch)
    {
        float* scale = _scale.Pointer, shift = _shift.Pointer;
        float* end = output + OutputLength;
        for (; output < end; input += _run, output += _run)
        {
            int i = 0;
            for (; i <= _run - TLanes.Count; i += TLanes.Count)
            {
                TLanes value =
                    TLanes.MultiplyAdd(TLanes.Load(input + i), TLanes.Load(scale + i), TLanes.Load(shift + i));
                TLanes.Store(value, output + i);
            }
            for (; i < _run; i++)
            {
                output[i] = float.MultiplyAddEstimate(input[i], scale[i], shift[i]);
            }
        }
    }
}
