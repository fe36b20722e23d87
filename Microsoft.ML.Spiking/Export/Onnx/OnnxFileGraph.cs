namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>A graph as the message GraphProto of ONNX's file format.</summary>
internal sealed class OnnxFileGraph : IOnnxGraph
{
    private readonly ProtoMessage _graph = new();

    /// <summary>Ends the graph.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The message, to which nothing may be added.</returns>
    public ProtoMessage End(string name) => _graph.Add(2, name);

    /// <summary>Declares a value that the graph takes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its lengths, behind a first one that is free.</param>
    public void Input(string name, ElementType type, params IEnumerable<int> shape) =>
        _graph.Add(11, Value(name, type, shape));

    /// <summary>Declares a value that the graph gives.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">Its lengths, behind a first one that is free.</param>
    public void Output(string name, ElementType type, params IEnumerable<int> shape) =>
        _graph.Add(12, Value(name, type, shape));

    /// <inheritdoc/>
    public void Add(GraphNode node)
    {
        var message = new ProtoMessage();
        foreach (string input in node.Inputs)
        {
            message.Add(1, input);
        }
        foreach (string output in node.Outputs)
        {
            message.Add(2, output);
        }
        message.Add(3, node.Name).Add(4, node.Operator);
        foreach (GraphAttribute attribute in node.Attributes)
        {
            message.Add(5, Attribute(attribute));
        }
        if (node.Domain.Length > 0)
        {
            message.Add(7, node.Domain);
        }
        _graph.Add(1, message);
    }

    /// <inheritdoc/>
    public void Add(string name, float[] values, long[] shape) =>
        Add(name, ElementType.Single, ProtoMessage.Bytes<float>(values), shape);

    /// <inheritdoc/>
    public void Add(string name, long[] values, long[] shape) =>
        Add(name, ElementType.Int64, ProtoMessage.Bytes<long>(values), shape);

    /// <inheritdoc/>
    public void Add(string name, ElementType type, byte[] values, long[] shape)
    {
        var tensor = new ProtoMessage();
        foreach (long length in shape)
        {
            tensor.Add(1, length);
        }
        _graph.Add(5, tensor.Add(2, (long)type).Add(8, name).Add(9, values));
    }

    private static ProtoMessage Attribute(GraphAttribute attribute)
    {
        const int typeField = 20;
        ProtoMessage message = new ProtoMessage().Add(1, attribute.Name);
        switch (attribute.Value)
        {
            case long number:
                return message.Add(3, number).Add(typeField, 2);
            case string text:
                return message.Add(4, text).Add(typeField, 3);
            case ProtoMessage graph:
                return message.Add(6, graph).Add(typeField, 5);
            case long[] numbers:
                foreach (long number in numbers)
                {
                    message.Add(8, number);
                }
                return message.Add(typeField, 7);
            case string[] texts:
                foreach (string text in texts)
                {
                    message.Add(9, text);
                }
                return message.Add(typeField, 8);
            default:
                throw new ArgumentException($"An attribute cannot be a {attribute.Value.GetType().Name}.");
        }
    }

    private static ProtoMessage Value(string name, ElementType type, IEnumerable<int> lengths)
    {
        ProtoMessage shape = new ProtoMessage().Add(1, new ProtoMessage().Add(2, "rows"));
        foreach (int length in lengths)
        {
            shape.Add(1, new ProtoMessage().Add(1, length));
        }
        ProtoMessage tensor = new ProtoMessage().Add(1, (long)type).Add(2, shape);
        return new ProtoMessage().Add(1, name).Add(2, new ProtoMessage().Add(1, tensor));
    }
}
