namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>What passes between two layers, for one row and one time step.</summary>
/// <param name="Shape">Without row and time: [features] or [channels, height, width].</param>
/// <param name="Kind">What is known of the values.</param>
internal sealed record Signal(IReadOnlyList<int> Shape, SignalKind Kind)
{
    public int Size => Shapes.Size(Shape);

    public override string ToString() => $"[{string.Join(", ", Shape)}] {Kind}";
}
