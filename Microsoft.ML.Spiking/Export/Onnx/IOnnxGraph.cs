namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>An ONNX graph that takes nodes and constants: a file of this library, or ML.NET's pipeline.</summary>
internal interface IOnnxGraph
{
    /// <summary>Adds a node behind those that give its inputs.</summary>
    void Add(GraphNode node);

    /// <summary>Adds a constant of float32.</summary>
    /// <param name="name">Unique in the graph.</param>
    /// <param name="values">Row-major; not to be changed afterwards.</param>
    /// <param name="shape">Empty for a scalar.</param>
    void Add(string name, float[] values, long[] shape);

    /// <summary>Adds a constant of int64.</summary>
    /// <param name="name">Unique in the graph.</param>
    /// <param name="values">Row-major; not to be changed afterwards.</param>
    /// <param name="shape">Empty for a scalar.</param>
    void Add(string name, long[] values, long[] shape);

    /// <summary>Adds a constant of any type.</summary>
    /// <param name="name">Unique in the graph.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="values">Their bytes, row-major, the lowest byte first; not to be changed afterwards.</param>
    /// <param name="shape">Empty for a scalar.</param>
    void Add(string name, ElementType type, byte[] values, long[] shape);
}

/// <summary>An operation of a graph.</summary>
/// <param name="Operator">Its name in the operator set.</param>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Inputs">The values that arrive.</param>
/// <param name="Outputs">The values that leave.</param>
/// <param name="Attributes">Its constants.</param>
/// <param name="Domain">The operator set; empty for ONNX's own.</param>
internal sealed record GraphNode(string Operator, string Name, IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs, IReadOnlyList<GraphAttribute> Attributes, string Domain = "");

/// <summary>A constant of an operation.</summary>
/// <param name="Name">Its name in the operator set.</param>
/// <param name="Value">A long, a string, or an array of them, or a message that describes a graph.</param>
internal readonly record struct GraphAttribute(string Name, object Value)
{
    /// <summary>The axes of a reduction.</summary>
    public static GraphAttribute Axes(params long[] axes) => new("axes", axes);
}

/// <summary>The operator sets that graphs are written for.</summary>
/// <remarks>
/// Version 12 of ONNX's own set is the newest that ML.NET's exporter writes, and has all that a network needs, so that
/// both ways of exporting write the same graph.
/// </remarks>
internal static class OperatorSets
{
    /// <summary>The version of ONNX's own operators.</summary>
    public const int Version = 12;

    /// <summary>The name of the operators for tables and labels.</summary>
    public const string MachineLearning = "ai.onnx.ml";

    /// <summary>Their version.</summary>
    public const int MachineLearningVersion = 2;

    /// <summary>The version of the file format that came with these operators.</summary>
    public const int FormatVersion = 7;
}

/// <summary>ONNX's numbers for the types of values.</summary>
internal enum ElementType
{
    /// <summary>float32.</summary>
    Single = 1,

    /// <summary>uint8.</summary>
    UInt8 = 2,

    /// <summary>int8.</summary>
    Int8 = 3,

    /// <summary>int64.</summary>
    Int64 = 7,

    /// <summary>Text.</summary>
    Text = 8,

    /// <summary>bool.</summary>
    Boolean = 9,

    /// <summary>float16.</summary>
    Half = 10,

    /// <summary>uint32.</summary>
    UInt32 = 12,
}
