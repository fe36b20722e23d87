using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Interchange.Nir;

/// <summary>A graph of NIR as a network, node by node.</summary>
internal sealed class NirImporter
{
    // How far a number may lie from the one that it stands for: it may have passed through single precision.
    private const double Tolerance = 1e-5;

    private readonly NirImportOptions _options;
    private readonly List<Layer> _layers = [];
    private readonly List<WeightArray> _arrays = [];
    private Signal _signal;

    private NirImporter(NirImportOptions options, IReadOnlyList<int> inputShape)
    {
        _options = options;
        _signal = new(inputShape, options.HasTimeAxis ? Neurons.SignalKind.Graded : Neurons.SignalKind.Constant);
    }

    /// <summary>Returns the network and its arrays.</summary>
    /// <exception cref="FormatException">The graph has no form in this library.</exception>
    public static (NetworkDefinition Network, NetworkWeights Weights) Network(NirGraph graph, NirImportOptions options)
    {
        IReadOnlyList<NirNode> chain = graph.Chain();
        int[] shape = [.. chain[0]["shape"].Values.Select(value => checked((int)value))];
        var import = new NirImporter(options, shape);
        try
        {
            foreach (NirNode node in chain.Skip(1).SkipLast(1))
            {
                import.Add(node);
            }
            if (import._signal.Shape.Count != 1)
            {
                import.Add(new FlattenLayer("output"));
            }
            var network = new NetworkDefinition(shape, options.TimeSteps, new DirectEncoder(), import._layers,
                import._signal.Size, options.HasTimeAxis);
            return (network, new NetworkWeights(network, import._arrays));
        }
        catch (NetworkDefinitionException exception)
        {
            throw new FormatException($"The NIR graph is no network of this library: {exception.Message}", exception);
        }
    }

    private void Add(NirNode node)
    {
        switch (node.Type)
        {
            case "Affine" or "Linear":
                AddLinear(node);
                break;
            case "Conv2d":
                AddConvolution(node);
                break;
            case "AvgPool2d" or "SumPool2d":
                AddPool(node);
                break;
            case "Flatten":
                if (_signal.Shape.Count > 1)
                {
                    Add(new FlattenLayer(node.Name));
                }
                break;
            case "Scale":
                AddScale(node.Name, node.Common("scale"));
                break;
            case "IF":
                AddIf(node);
                break;
            case "LIF":
                AddLif(node);
                break;
            default:
                throw node.Fault("has no form in this library; Affine, Linear, Conv2d, AvgPool2d, SumPool2d, " +
                    "Flatten, Scale, IF and LIF have one");
        }
    }

    private void Add(Layer layer)
    {
        _signal = layer.Infer(_signal);
        _layers.Add(layer);
    }

    private void AddLinear(NirNode node)
    {
        if (node["weight"] is not { Shape: [int outputs, int inputs] } weight)
        {
            throw node.Fault($"has weights of {node["weight"].Shape.Length} dimensions; two are needed");
        }
        if (_signal.Shape.Count > 1)
        {
            Add(new FlattenLayer($"{node.Name}.flat")); // a vector in the shape of an image
        }
        bool hasBias = node.Type == "Affine";
        Weigh(node, new LinearLayer(node.Name, inputs, outputs, hasBias), weight, hasBias);
    }

    private void AddConvolution(NirNode node)
    {
        if (node["weight"] is not { Shape: [int outputs, int inputs, int height, int width] } weight)
        {
            throw node.Fault($"has weights of {node["weight"].Shape.Length} dimensions; four are needed");
        }
        if (node.Pair("dilation") != (1, 1))
        {
            throw node.Fault("has a dilation other than 1; layers of this library have none");
        }
        int groups = (int)node.Common("groups");
        (int rows, int columns) = node.Pair("stride");
        Weigh(node, new ConvolutionLayer(node.Name, inputs * groups, outputs, new Extent(height, width),
            new Extent(rows, columns), Padding(node, height, width), groups), weight, hasBias: true);
    }

    private static Extent Padding(NirNode node, int height, int width)
    {
        switch (node.Texts.GetValueOrDefault("padding"))
        {
            case null:
                (int rows, int columns) = node.Pair("padding");
                return new(rows, columns);
            case "valid":
                return 0;
            case "same" when height % 2 == 1 && width % 2 == 1 && node.Pair("stride") == (1, 1):
                return new(height / 2, width / 2);
            case string other:
                throw node.Fault($"has the padding '{other}', which this library has only for odd kernels of stride 1");
        }
    }

    private void Weigh(NirNode node, WeightedLayer layer, NirArray weight, bool hasBias)
    {
        Add(layer);
        _arrays.Add(new(layer.WeightName, layer.WeightShape, Finite(node, "weight", weight)));
        if (hasBias)
        {
            NirArray bias = node["bias"];
            if (bias.Values.Length != layer.WeightShape[0])
            {
                throw node.Fault(Invariant($"has {bias.Values.Length} biases for {layer.WeightShape[0]} outputs"));
            }
            _arrays.Add(new(layer.BiasName, [bias.Values.Length], Finite(node, "bias", bias)));
        }
    }

    private void AddPool(NirNode node)
    {
        if (node.Pair("padding") != (0, 0))
        {
            throw node.Fault("has a padding; poolings of this library have none");
        }
        (int height, int width) = node.Pair("kernel_size");
        (int rows, int columns) = node.Pair("stride");
        Add(new AveragePoolLayer(node.Name, new Extent(height, width), new Extent(rows, columns)));
        if (node.Type == "SumPool2d")
        {
            AddScale($"{node.Name}.sum", (double)height * width);
        }
    }

    private void AddScale(string name, double scale)
    {
        var layer = new AffineLayer(name, channels: 1);
        Add(layer);
        _arrays.Add(new(layer.ScaleName, [1], [(float)scale]));
        _arrays.Add(new(layer.ShiftName, [1], [0]));
    }

    private void AddIf(NirNode node)
    {
        AddGain(node, node.Common("r") * _options.TimeStep);
        Add(new NeuronLayer(node.Name, new IfNeuron
        {
            Threshold = node.Common("v_threshold"),
            ResetPotential = node.Common("v_reset", otherwise: 0),
        }));
    }

    private void AddLif(NirNode node)
    {
        double tau = node.Common("tau") / _options.TimeStep, leak = node.Common("v_leak");
        double reset = node.Common("v_reset", otherwise: 0);
        if (leak != reset)
        {
            throw node.Fault(Invariant($"leaks towards {leak} and is reset to {reset}; a {nameof(LifNeuron)} ") +
                "has one potential for both");
        }
        if (!(tau > 1))
        {
            throw node.Fault(Invariant($"has a time constant of {tau} steps; it must be longer than one step: set ") +
                $"{nameof(NirImportOptions.TimeStep)} to the file's");
        }
        // v + dt/tau (v_leak - v + r I): the factor of the current.
        double gain = node.Common("r") / tau;
        bool decays = IsNear(gain * tau, 1);
        AddGain(node, decays ? 1 : gain);
        Add(new NeuronLayer(node.Name, new LifNeuron
        {
            MembraneTimeConstant = tau,
            DecayInput = decays,
            Threshold = node.Common("v_threshold"),
            ResetPotential = reset,
        }));
    }

    private void AddGain(NirNode node, double gain)
    {
        if (!IsNear(gain, 1))
        {
            AddScale($"{node.Name}.gain", gain);
        }
    }

    private static bool IsNear(double value, double other) => Math.Abs(value - other) <= Tolerance;

    private static float[] Finite(NirNode node, string name, NirArray array)
    {
        float[] values = array.Singles();
        return values.All(float.IsFinite) ? values
            : throw node.Fault($"has a value in '{name}' that is not finite in single precision");
    }
}
