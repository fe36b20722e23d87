using Microsoft.ML.Spiking.Numerics.Simd;

namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>The compiled walks of one neuron, width, reset and surrogate.</summary>
internal readonly unsafe struct RowFunctions
{
    private RowFunctions(delegate*<in ForwardWork, long, long, double> forward,
        delegate*<in ForwardWork, long, long, float*, void> loud,
        delegate*<in BackwardWork, long, long, double> backward,
        delegate*<double, (float A, float B)> surrogateConstants, int savedRows)
    {
        Forward = forward;
        Loud = loud;
        Backward = backward;
        SurrogateConstants = surrogateConstants;
        SavedRows = savedRows;
    }

    public delegate*<in ForwardWork, long, long, double> Forward { get; }

    public delegate*<in ForwardWork, long, long, float*, void> Loud { get; }

    public delegate*<in BackwardWork, long, long, double> Backward { get; }

    public delegate*<double, (float A, float B)> SurrogateConstants { get; }

    public int SavedRows { get; }

    /// <summary>The walks over those rows. The forward pass does not depend on the surrogate, so one body serves all.</summary>
    public static RowFunctions Of<TLanes, TRise, TForward, TBackward>()
        where TLanes : unmanaged, ILanes<TLanes>
        where TRise : struct, IRise<TLanes>
        where TForward : struct, INeuronRows
        where TBackward : struct, INeuronRows =>
        new(&ForwardWalk<TForward>.Run, &LoudWalk<TLanes, TRise>.Run, &BackwardWalk<TBackward>.Run, &TBackward.SurrogateConstants,
            TBackward.SavedRows);
}
