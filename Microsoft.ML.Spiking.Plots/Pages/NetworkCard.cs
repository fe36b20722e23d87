using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Plots.Pages;

/// <summary>A network in words and a table.</summary>
internal sealed partial class NetworkCard
{
    private readonly NetworkDefinition _network;
    private readonly Dictionary<string, WeightArray> _weights;

    /// <summary>Reads a network.</summary>
    public NetworkCard(SpikingModelParameters model)
    {
        _network = model.Network;
        _weights = model.Weights.ToDictionary(array => array.Name);
        Layers = [.. Walk(_network.Layers, _network.InputSignal, depth: 0)];
    }

    /// <summary>Gets a row for each layer; layers inside a residual layer are indented.</summary>
    public IReadOnlyList<LayerCard> Layers { get; }

    /// <summary>Gets the number of parameters, running statistics of batch norms included.</summary>
    public long Parameters => _weights.Values.Sum(array => (long)array.Values.Length);

    /// <summary>Gets the neurons that occur, with their values.</summary>
    public IReadOnlyList<string> Neurons =>
        [.. _network.AllLayers.OfType<NeuronLayer>().Select(layer => Text(layer.Neuron)).Distinct()];

    /// <summary>Gets pairs of a name and what it is.</summary>
    public IReadOnlyList<(string Name, string Text)> Facts =>
    [
        ("Input", $"{Shape(_network.InputShape)}" +
            (_network.HasTimeAxis ? " at each time step, brought by rows" : "")),
        ("Time steps", Invariant($"{_network.TimeSteps}")),
        ("Encoder", Text(_network.Encoder)),
        ("Classes", Invariant($"{_network.ClassCount}")),
        ("Parameters", Invariant($"{Parameters:N0}")),
        ("Weights that are 0", Invariant($"{100 * ZeroShare():0.00} %")),
        ("Neuron", Neurons.Count == 0 ? "none" : string.Join("; ", Neurons)),
    ];

    /// <summary>Returns a shape as [1, 28, 28].</summary>
    public static string Shape(IEnumerable<int> shape) =>
        $"[{string.Join(", ", shape.Select(length => length.ToString(CultureInfo.InvariantCulture)))}]";

    /// <summary>Returns what a neuron or encoder is, with its values in words.</summary>
    public static string Text(object value)
    {
        string[] values =
        [
            .. value.GetType().GetProperties().Where(property => property.SetMethod is not null)
                .Select(property => $"{Words(property.Name)} {ValueText(property.GetValue(value))}"),
        ];
        return value.GetType().Name + (values.Length > 0 ? $": {string.Join(", ", values)}" : "");
    }

    private static string ValueText(object? value) => value switch
    {
        null => "none",
        bool flag => flag ? "yes" : "no",
        SurrogateGradient surrogate => Invariant($"{surrogate.GetType().Name}({surrogate.Alpha})"),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Words(string name) => Capitals().Replace(name, " $0").ToLowerInvariant();

    private double ZeroShare()
    {
        long zeros = 0, all = 0;
        foreach (WeightArray array in _weights.Values.Where(array => array.Shape.Count > 1))
        {
            zeros += CountZeros(array.Values.Span);
            all += array.Values.Length;
        }
        return all == 0 ? 0 : (double)zeros / all;
    }

    private static long CountZeros(ReadOnlySpan<float> values)
    {
        long zeros = 0;
        foreach (float value in values)
        {
            zeros += value == 0 ? 1 : 0;
        }
        return zeros;
    }

    private static IEnumerable<LayerCard> Walk(IReadOnlyList<Layer> layers, Signal signal, int depth)
    {
        foreach (Layer layer in layers)
        {
            Signal output = layer.Infer(signal);
            long parameters = layer.Parameters.Sum(array => array.Size);
            yield return new(depth, layer.Name, Kind(layer), Shape(signal.Shape), Shape(output.Shape),
                output.Kind.ToString().ToLowerInvariant(), parameters);
            if (layer is ResidualLayer residual)
            {
                foreach (LayerCard inner in Walk(residual.Main, signal, depth + 1)
                    .Concat(Walk(residual.Shortcut, signal, depth + 1)))
                {
                    yield return inner;
                }
            }
            signal = output;
        }
    }

    private static string Kind(Layer layer) => layer switch
    {
        ConvolutionLayer { Kernel: var kernel, Stride: var stride } =>
            Invariant($"convolution {kernel.Height}x{kernel.Width}, stride {stride.Height}"),
        NeuronLayer { Neuron: var neuron } => neuron.GetType().Name,
        DropoutLayer { Rate: var rate } => Invariant($"dropout {rate}"),
        _ => Words(layer.GetType().Name.Replace("Layer", "", StringComparison.Ordinal)),
    };

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex Capitals();
}

/// <summary>A layer of a <see cref="NetworkCard"/>.</summary>
/// <param name="Depth">How many residual layers it lies in.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Input">The shape that arrives at each time step.</param>
/// <param name="Output">The shape that leaves.</param>
/// <param name="Signal">What leaves: constant, spikes or graded.</param>
/// <param name="Parameters">The number of its values.</param>
internal sealed record LayerCard(
    int Depth, string Name, string Kind, string Input, string Output, string Signal, long Parameters);
