using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;

namespace Microsoft.ML.Spiking.Interchange.Nir;

/// <summary>A network as a graph of NIR, by one walk over its definition.</summary>
internal sealed class NirExporter
{
    private readonly NetworkWeights _weights;
    private readonly double _timeStep;
    private readonly List<NirNode> _nodes = [];
    private readonly List<(string From, string To)> _edges = [];

    // The nodes whose sum goes on: two behind a residual layer.
    private IReadOnlyList<string> _ends = [];

    // A normalization of a vector, which goes into the weights behind it.
    private ChannelAffine? _before;

    private NirExporter(NetworkWeights weights, double timeStep)
    {
        _weights = weights;
        _timeStep = timeStep;
    }

    /// <summary>Returns the graph.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="timeStep">In seconds.</param>
    /// <exception cref="NotSupportedException">NIR has no form for a part of the network.</exception>
    public static NirGraph Graph(NetworkDefinition network, NetworkWeights weights, double timeStep)
    {
        if (network.Encoder is not DirectEncoder)
        {
            throw NotSupported($"its {network.Encoder.GetType().Name} has no node in NIR; train with the " +
                $"{nameof(DirectEncoder)}, or with rows that bring their own spikes");
        }
        var walk = new NirExporter(weights, timeStep);
        walk.Add(NirNode.Of("input", "Input", ("shape", NirArray.Integers(network.InputShape))));
        walk.AddPath(network.Layers, network.InputSignal);
        walk.Add(NirNode.Of("output", "Output", ("shape", NirArray.Integers(network.ClassCount))));
        return new(walk._nodes.ToDictionary(node => node.Name), walk._edges);
    }

    private void AddPath(IReadOnlyList<Layer> path, Signal input)
    {
        Layer[] layers = [.. path];
        Signal signal = input;
        for (int i = 0; i < layers.Length; i++)
        {
            int first = i;
            Add(layers[i], signal, layers, ref i);
            for (int j = first; j <= i; j++)
            {
                signal = layers[j].Infer(signal);
            }
        }
        if (_before is not null)
        {
            throw NotSupported("a path of it ends in a normalization of a vector, which NIR has only within a linear " +
                "layer");
        }
    }

    // Names of groups in HDF5: no slash. The layers' own names are behind a number, so that none is the same as
    // another.
    private void Add(NirNode node)
    {
        string name = node.Type is "Input" or "Output" ? node.Name
            : $"{_nodes.Count}_{node.Name.Replace('/', '_').Replace('.', '_')}";
        _nodes.Add(node with { Name = name });
        _edges.AddRange(_ends.Select(end => (end, name)));
        _ends = [name];
    }

    /// <summary>Adds two paths whose ends lead to the same node: it receives their sum.</summary>
    private void AddResidual(ResidualLayer layer, Signal input)
    {
        Join(layer.Name, input);
        IReadOnlyList<string> start = _ends;
        AddPath(layer.Shortcut, input);
        Join($"{layer.Name}.shortcut", layer.Infer(input));
        string shortcut = _ends[0];
        _ends = start;
        AddPath(layer.Main, input);
        Join($"{layer.Name}.main", layer.Infer(input));
        if (_ends[0] == shortcut)
        {
            AddUnit($"{layer.Name}.main", input); // two edges between the same nodes would be one
        }
        _ends = [_ends[0], shortcut];
    }

    /// <summary>Adds a node for a sum that more than one node receives, or that is the end of a path.</summary>
    private void Join(string name, Signal signal)
    {
        if (_ends.Count > 1)
        {
            AddUnit($"{name}.sum", signal);
        }
    }

    private void AddUnit(string name, Signal signal) =>
        Add(NirNode.Of(name, "Scale", ("scale", NirArray.All(1, signal.Shape))));

    private void Add(Layer layer, Signal input, Layer[] layers, ref int index)
    {
        if (_before is not null && layer is not (LinearLayer or DropoutLayer or FlattenLayer))
        {
            throw NotSupported($"layer '{Quotation.Of(layer.Name)}', a {layer.GetType().Name}, follows a " +
                "normalization of a vector, which NIR has only within a linear layer");
        }
        switch (layer)
        {
            case LinearLayer linear:
                AddLinear(linear, FoldedWeights.Of(linear, layers, ref index, _weights));
                break;
            case ConvolutionLayer convolution:
                FoldedWeights folded = FoldedWeights.Of(convolution, layers, ref index, _weights);
                AddConvolution(layer.Name, input, folded.Weight, [.. convolution.WeightShape], folded.Bias,
                    convolution.Stride, convolution.Padding, convolution.Groups);
                break;
            case BatchNormLayer or AffineLayer:
                AddAffine(layer, input);
                break;
            case AveragePoolLayer pool:
                AddPool(layer.Name, pool.Kernel, pool.Stride);
                break;
            case AdaptiveAveragePoolLayer pool
                when input.Shape[1] % pool.Output.Height == 0 && input.Shape[2] % pool.Output.Width == 0:
                var window = new Extent(input.Shape[1] / pool.Output.Height, input.Shape[2] / pool.Output.Width);
                AddPool(layer.Name, window, window);
                break;
            case FlattenLayer when input.Shape.Count > 1:
                Add(NirNode.Of(layer.Name, "Flatten", ("start_dim", NirArray.Integer(0)),
                    ("end_dim", NirArray.Integer(-1)), ("input_type", NirArray.Integers(input.Shape))));
                break;
            case NeuronLayer neuron:
                AddNeuron(neuron, input);
                break;
            case ResidualLayer residual:
                AddResidual(residual, input);
                break;
            case FlattenLayer or DropoutLayer:
                break;
            default:
                throw NotSupported($"layer '{Quotation.Of(layer.Name)}', a {layer.GetType().Name}, has no node in NIR");
        }
    }

    private void AddLinear(LinearLayer layer, FoldedWeights folded)
    {
        (int outputs, int inputs) = (layer.Outputs, layer.Inputs);
        float[] weight = [.. folded.Weight], bias = [.. folded.Bias];
        if (_before is ChannelAffine before)
        {
            for (int o = 0; o < outputs; o++)
            {
                double shift = bias[o];
                for (int i = 0; i < inputs; i++)
                {
                    shift += folded.Weight[(o * inputs) + i] * before.Shift[i];
                    weight[(o * inputs) + i] = (float)(folded.Weight[(o * inputs) + i] * before.Scale[i]);
                }
                bias[o] = (float)shift;
            }
            _before = null;
        }
        Add(NirNode.Of(layer.Name, "Affine",
            ("weight", NirArray.Of(weight, outputs, inputs)), ("bias", NirArray.Of(bias, outputs))));
    }

    /// <summary>Adds a scale and a shift: for an image as a convolution of each channel by itself.</summary>
    private void AddAffine(Layer layer, Signal input)
    {
        int channels = input.Shape[0];
        ChannelAffine affine = ChannelAffine.Of(layer, _weights, channels)!;
        if (input.Shape.Count == 1)
        {
            _before = affine;
            return;
        }
        AddConvolution(layer.Name, input, Singles(affine.Scale), [channels, 1, 1, 1], Singles(affine.Shift),
            stride: 1, padding: 0, channels);
    }

    private void AddConvolution(string name, Signal input, float[] weight, int[] shape, float[] bias, Extent stride,
        Extent padding, int groups) =>
        Add(NirNode.Of(name, "Conv2d",
            ("input_shape", NirArray.Integers(input.Shape.Skip(1))), ("weight", NirArray.Of(weight, shape)),
            ("bias", NirArray.Of(bias, bias.Length)), ("stride", Pair(stride)), ("padding", Pair(padding)),
            ("dilation", Pair(1)), ("groups", NirArray.Integer(groups))));

    private void AddPool(string name, Extent kernel, Extent stride) => Add(NirNode.Of(name, "AvgPool2d",
        ("kernel_size", Pair(kernel)), ("stride", Pair(stride)), ("padding", Pair(0))));

    private void AddNeuron(NeuronLayer layer, Signal input)
    {
        if (layer.Neuron is not SpikingNeuronDefinition { ResetPotential: double reset } neuron
            || neuron is not (LifNeuron or PlifNeuron or IfNeuron))
        {
            string kind = layer.Neuron is SpikingNeuronDefinition { ResetPotential: null } ? "the soft" : "a hard";
            throw NotSupported($"the neurons of layer '{Quotation.Of(layer.Name)}' are {layer.Neuron.GetType().Name}" +
                $"{(layer.Neuron is SpikingNeuronDefinition ? $" with {kind} reset" : "")}; NIR has " +
                $"{nameof(LifNeuron)} and {nameof(IfNeuron)} with the hard reset: " + (layer.Neuron is ClifNeuron
                    ? "convert the model with mlContext.Model.ConvertClifToLif, or train with one of them and a "
                    : "train with one of them and a ") +
                $"{nameof(SpikingNeuronDefinition.ResetPotential)}, such as 0");
        }
        NirArray Each(double value) => NirArray.All(value, input.Shape);
        if (neuron is IfNeuron)
        {
            Add(NirNode.Of(layer.Name, "IF", ("r", Each(1 / _timeStep)),
                ("v_threshold", Each(neuron.Threshold)), ("v_reset", Each(reset))));
            return;
        }
        var leaky = (LeakyNeuronDefinition)neuron;
        double tau = neuron is PlifNeuron
            ? 1 + Math.Exp(-_weights[layer.ArrayName(neuron.LearnedScalars[0])].Values.Span[0])
            : leaky.MembraneTimeConstant;
        Add(NirNode.Of(layer.Name, "LIF", ("tau", Each(tau * _timeStep)),
            ("r", Each(leaky.DecayInput ? 1 : tau)), ("v_leak", Each(reset)),
            ("v_threshold", Each(neuron.Threshold)), ("v_reset", Each(reset))));
    }

    private static NirArray Pair(Extent extent) => NirArray.Integers(extent.Height, extent.Width);

    private static float[] Singles(double[] values) => [.. values.Select(value => (float)value)];

    private static NotSupportedException NotSupported(string reason) =>
        new($"The network was not exported to NIR: {reason}.");
}
