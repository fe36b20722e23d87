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
    private readonly NirGraph _graph;
    private List<Layer> _layers = [];
    private readonly List<WeightArray> _arrays = [];
    private Signal _signal;

    private int _visited = 1;

    private NirImporter(NirGraph graph, NirImportOptions options, IReadOnlyList<int> inputShape)
    {
        _graph = graph;
        _options = options;
        _signal = new(inputShape, options.HasTimeAxis ? Neurons.SignalKind.Graded : Neurons.SignalKind.Constant);
    }

    /// <summary>Returns the network and its arrays.</summary>
    /// <exception cref="FormatException">The graph has no form in this library.</exception>
    public static (NetworkDefinition Network, NetworkWeights Weights) Network(NirGraph graph, NirImportOptions options)
    {
        NirNode input = graph.Input();
        int[] shape = [.. input["shape"].Values.Select(value => checked((int)value))];
        var import = new NirImporter(graph, options, shape);
        try
        {
            NirNode end = import.Follow(input, depth: 0);
            if (end.Type != "Output")
            {
                throw end.Fault("has inputs that do not come from two paths of one node; recurrence and other " +
                    "branches have no form in this library");
            }
            if (import._visited < graph.Nodes.Count)
            {
                throw new FormatException("The NIR graph has nodes that do not lie between its Input and its Output.");
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
            throw new FormatException(
                $"The NIR graph is not a network that this library has: {exception.Message}", exception);
        }
    }

    /// <summary>Adds the layers behind a node, up to the Output or a node where paths meet, which it returns.</summary>
    private NirNode Follow(NirNode from, int depth)
    {
        NirNode last = from;
        while (last.Type != "Output")
        {
            IReadOnlyList<NirNode> next = _graph.After(last);
            if (next.Count == 1 && _graph.InputCount(next[0]) > 1)
            {
                return next[0];
            }
            last = next.Count == 1 ? next[0] : AddResidual(last, next, depth + 1);
            Add(last);
            _visited++;
        }
        return last;
    }

    /// <summary>Adds two paths of a node, and returns the node where they meet.</summary>
    private NirNode AddResidual(NirNode from, IReadOnlyList<NirNode> starts, int depth)
    {
        Signal input = _signal;
        List<Layer> before = _layers;
        List<List<Layer>> paths = [];
        List<NirNode> ends = [];
        foreach (NirNode start in starts)
        {
            (_signal, _layers) = (input, []);
            NirNode end = start;
            if (_graph.InputCount(start) == 1)
            {
                Add(start);
                _visited++;
                end = depth > NetworkLimits.MostNesting || start.Type == "Output" ? start : Follow(start, depth);
            }
            paths.Add(_layers);
            ends.Add(end);
        }
        if (ends[0] != ends[1] || _graph.InputCount(ends[0]) != 2)
        {
            throw from.Fault("leads to two nodes whose paths do not meet again; such branches have no form here");
        }
        // The path without layers is the shortcut.
        (List<Layer> main, List<Layer> shortcut) = paths[0].Count > 0 ? (paths[0], paths[1]) : (paths[1], paths[0]);
        (_signal, _layers) = (input, before);
        Add(new ResidualLayer($"{from.Name}.residual", main, shortcut));
        return ends[0];
    }

    private void Add(NirNode node)
    {
        switch (node.Type)
        {
            case "Output":
                break;
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
                AddGain(node.Name, node.Common("scale"));
                break;
            case "IF":
                AddIf(node);
                break;
            case "LIF":
                AddLif(node);
                break;
            case "CubaLIF":
                AddCurrentLif(node);
                break;
            default:
                throw node.Fault("has no form in this library; Affine, Linear, Conv2d, AvgPool2d, SumPool2d, " +
                    "Flatten, Scale, IF, LIF and CubaLIF have one");
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
        AddGain($"{node.Name}.gain", node.Common("r") * _options.TimeStep);
        Add(new NeuronLayer(node.Name, new IfNeuron
        {
            Threshold = node.Common("v_threshold"),
            ResetPotential = node.Common("v_reset", otherwise: 0),
        }));
    }

    private void AddLif(NirNode node, string tauName = "tau")
    {
        double tau = node.Common(tauName) / _options.TimeStep, leak = node.Common("v_leak");
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
        AddGain($"{node.Name}.gain", decays ? 1 : gain);
        Add(new NeuronLayer(node.Name, new LifNeuron
        {
            MembraneTimeConstant = tau,
            DecayInput = decays,
            Threshold = node.Common("v_threshold"),
            ResetPotential = reset,
        }));
    }

    // A synaptic current that is forgotten within a step, I + dt/tau_syn (w_in s - I), is the input times w_in.
    private void AddCurrentLif(NirNode node)
    {
        double synapse = node.Common("tau_syn") / _options.TimeStep;
        if (!IsNear(synapse, 1))
        {
            throw node.Fault(Invariant($"has a synaptic time constant of {synapse:G6} steps; neurons of this ") +
                "library have no synaptic current: only one step is possible");
        }
        AddGain($"{node.Name}.synapse", node.Common("w_in", otherwise: 1));
        AddLif(node, "tau_mem");
    }

    private void AddGain(string name, double gain)
    {
        if (!IsNear(gain, 1))
        {
            AddScale(name, gain);
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
