namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>An array that a definition needs: its name, shape and role.</summary>
/// <param name="Name">"layer.array", unique within the network.</param>
/// <param name="Shape">Row-major lengths.</param>
/// <param name="Role">What it is to training.</param>
internal sealed record ParameterSpec(string Name, IReadOnlyList<int> Shape, ParameterRole Role)
{
    public long Size => Shapes.LongSize(Shape);
}
