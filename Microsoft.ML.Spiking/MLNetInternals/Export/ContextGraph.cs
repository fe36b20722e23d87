using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Spiking.Export.Onnx;

namespace Microsoft.ML.Spiking.MLNetInternals.Export;

/// <summary>The graph of ML.NET's exporter, which all transformers of a pipeline add to.</summary>
internal sealed class ContextGraph(OnnxContext context) : IOnnxGraph
{
    /// <inheritdoc/>
    public void Add(GraphNode node)
    {
        OnnxNode added = context.CreateNode(node.Operator, node.Inputs, node.Outputs, node.Name, node.Domain);
        foreach (GraphAttribute attribute in node.Attributes)
        {
            switch (attribute.Value)
            {
                case long number:
                    added.AddAttribute(attribute.Name, number);
                    break;
                case long[] numbers:
                    added.AddAttribute(attribute.Name, numbers);
                    break;
                case string text:
                    added.AddAttribute(attribute.Name, text);
                    break;
                case string[] texts:
                    added.AddAttribute(attribute.Name, texts);
                    break;
                default:
                    throw new ArgumentException(
                        $"ML.NET's exporter takes no attribute of type {attribute.Value.GetType().Name}.");
            }
        }
    }

    /// <inheritdoc/>
    public void Add(string name, float[] values, long[] shape)
    {
        if (shape.Length == 0)
        {
            context.AddInitializer(values[0], name, makeUniqueName: false);
        }
        else
        {
            context.AddInitializer(values, shape, name, makeUniqueName: false);
        }
    }

    /// <inheritdoc/>
    public void Add(string name, long[] values, long[] shape)
    {
        if (shape.Length == 0)
        {
            context.AddInitializer(values[0], name, makeUniqueName: false);
        }
        else
        {
            context.AddInitializer(values, shape, name, makeUniqueName: false);
        }
    }

    /// <inheritdoc/>
    public void Add(string name, ElementType type, byte[] values, long[] shape) =>
        throw new ArgumentException($"ML.NET's exporter takes no constants of type {type}.");
}
