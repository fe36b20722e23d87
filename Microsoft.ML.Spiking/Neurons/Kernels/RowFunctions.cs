namespace Microsoft.ML.Spiking.Neurons.Kernels;

/// <summary>The compiled walks of one neuron, width, reset and surrogate.</summary>
internal readonly unsafe struct RowFunctions
{
    private RowFunctions(delegate*<in ForwardWork, long, long, double> forward,
        delegate*<in BackwardWork, long, long, double> backward,
        delegate*<double, (float A, float B)> surrogateConstants, int savedRows)
    {
        Forward = forward;
        Backward = backward;
        SurrogateConstants = surrogateConstants;
        SavedRows = savedRows;
    }

    public delegate*<in ForwardWork, long, long, double> Forward { get; }

    public delegate*<in BackwardWork, long, long, double> Backward { get; }

    public delegate*<double, (float A, float B)> SurrogateConstants { get; }

    public int SavedRows { get; }

    /// <summary>The walks over those rows. The forward pass does not depend on the surrogate, so one body serves all.</summary>
    public static RowFunctions Of<TForward, TBackward>()
        where TForward : struct, INeuronRows
        where TBackward : struct, INeuronRows =>
        new(&ForwardWalk<TForward>.Run, &BackwardWalk<TBackward>.Run, &TBackward.SurrogateConstants,
            TBackward.SavedRows);
}
