using Microsoft.ML.Spiking.Neurons;

namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>The values that pass between two layers, for one row and one time step.</summary>
/// <param name="Shape">Without row and time: [features] or [channels, height, width].</param>
/// <param name="Kind">What is known of the values.</param>
internal sealed record Signal(IReadOnlyList<int> Shape, SignalKind Kind)
{
    public int Size => Shapes.Size(Shape);

    /// <summary>Gets whether the values are the same at every time step.</summary>
    public bool IsConstant => Kind == SignalKind.Constant;

    /// <summary>How many time steps are computed: T, or 1 where the values are the same at every step.</summary>
    public int StepsOf(int timeSteps) => IsConstant ? 1 : timeSteps;

    public override string ToString() => $"{Shapes.Text(Shape)} {Kind}";
}
