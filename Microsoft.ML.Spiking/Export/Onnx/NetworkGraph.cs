using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Export.Onnx;

/// <summary>
/// A network as operations, by one walk over its definition, with the same shortcuts as managed scoring: what is the
/// same at every step runs once, normalizations go into the weights before them, and behind the last neuron everything
/// runs once, on the mean over time.
/// </summary>
/// <remarks>
/// Values that are the same at every step are [rows, ...]; others are [time steps x rows, ...], the rows of a step
/// together, so that a linear layer or convolution runs once over all steps. The steps of neurons are written one by
/// one, because ML.NET's exporter takes no nodes with a body, as a loop has; the benchmark onnx-steps compares both.
/// </remarks>
internal sealed class NetworkGraph
{
    private readonly GraphBuilder _graph;
    private readonly WeightGraph _weighted;
    private readonly NetworkDefinition _network;
    private readonly NetworkWeights _weights;
    private readonly List<SpikeCount>? _counts;

    private NetworkGraph(GraphBuilder graph, NetworkDefinition network, NetworkWeights weights,
        List<SpikeCount>? counts, OnnxWeightPrecision precision)
    {
        _counts = counts;
        _graph = graph;
        _weighted = new(graph, precision);
        _network = network;
        _weights = weights;
    }

    private int TimeSteps => _network.TimeSteps;

    /// <summary>Adds the network.</summary>
    /// <param name="graph">Takes the operations.</param>
    /// <param name="network">The network.</param>
    /// <param name="weights">Its arrays.</param>
    /// <param name="rows">The features, [rows, features].</param>
    /// <param name="counts">Takes the spikes of each layer of neurons; null where they are not asked for.</param>
    /// <param name="precision">The precision of the weights in the graph.</param>
    /// <returns>The mean logits, [rows, classes].</returns>
    /// <exception cref="NotSupportedException">
    /// A layer, neuron or encoder has no form in ONNX, or a weight none in the precision.
    /// </exception>
    public static string Logits(GraphBuilder graph, NetworkDefinition network, NetworkWeights weights, string rows,
        List<SpikeCount>? counts = null, OnnxWeightPrecision precision = OnnxWeightPrecision.Float32)
    {
        var walk = new NetworkGraph(graph, network, weights, counts, precision);
        Layer[] layers = [.. network.Layers];
        int tail = LinearTail.Start(layers);
        GraphFlow flow = new(InputGraph.Steps(graph, network, rows), network.InputSignal);
        flow = walk.Follow(layers.AsMemory(0, tail), flow, averagesAtEnd: true);
        flow = walk.Follow(layers.AsMemory(tail), walk.AverageOverTime(flow));
        graph.Scope = "";
        return flow.Value;
    }

    private GraphFlow Follow(ReadOnlyMemory<Layer> path, GraphFlow input, bool averagesAtEnd = false)
    {
        Layer[] layers = path.ToArray();
        GraphFlow flow = input;
        for (int i = 0; i < layers.Length; i++)
        {
            Layer layer = layers[i];
            _graph.Scope = layer.Name;
            flow = layer switch
            {
                WeightedLayer weighted => Weighted(weighted, flow, FoldedWeights.Of(weighted, layers, ref i, _weights)),
                BatchNormLayer or AffineLayer => Affine(layer, flow),
                PopulationLayer population => Population(population, flow),
                TreeLayer trees => Trees(trees, flow),
                AveragePoolLayer pool => Next(layer, flow, _graph.Apply("AveragePool", [flow.Value],
                    Lengths("kernel_shape", pool.Kernel), Lengths("strides", pool.Stride))),
                MaxPoolLayer pool => Next(layer, flow, _graph.Apply("MaxPool", [flow.Value],
                    Lengths("kernel_shape", pool.Kernel), Lengths("strides", pool.Stride), Padding(pool.Padding))),
                AdaptiveAveragePoolLayer pool => AdaptivePool(pool, flow),
                NeuronLayer { Neuron: ReluNeuron } => Next(layer, flow, _graph.Apply("Relu", [flow.Value])),
                NeuronLayer { Neuron: FirstSpikeNeuron firstSpike } =>
                    Next(layer, flow, NeuronGraph.FirstSpike(_graph, firstSpike, flow.Value)),
                NeuronLayer { Neuron: BurstNeuron burst } bursting => Bursts(bursting, burst, flow),
                NeuronLayer { Neuron: SpikingNeuronDefinition neuron } spiking =>
                    Neuron(spiking, neuron, flow, averages: averagesAtEnd && i == layers.Length - 1),
                ResidualLayer residual => Residual(residual, flow),
                FlattenLayer => Next(layer, flow, _graph.Reshape(flow.Value, -1, flow.Signal.Size)),
                DropoutLayer => flow,
                _ => throw new NotSupportedException($"The network was not exported to ONNX: layer " +
                    $"'{Quotation.Of(layer.Name)}' is a {layer.GetType().Name}, which has no form in ONNX yet."),
            };
        }
        return flow;
    }

    private static GraphFlow Next(Layer layer, GraphFlow input, string value) => new(value, layer.Infer(input.Signal));

    private GraphFlow Weighted(WeightedLayer layer, GraphFlow input, FoldedWeights folded) =>
        Next(layer, input, layer is ConvolutionLayer convolution
            ? _weighted.Add(layer, input, folded, Lengths("kernel_shape", convolution.Kernel),
                Lengths("strides", convolution.Stride), Padding(convolution.Padding),
                new GraphAttribute("group", (long)convolution.Groups))
            : _weighted.Add(layer, input, folded));

    private GraphFlow Affine(Layer layer, GraphFlow input)
    {
        int channels = input.Signal.Shape[0];
        ChannelAffine affine = ChannelAffine.Of(layer, _weights, channels)!;
        int[] shape = [channels, .. Enumerable.Repeat(1, input.Signal.Shape.Count - 1)];
        string scale = _graph.Constant("scale", Singles(affine.Scale), shape);
        string shift = _graph.Constant("shift", Singles(affine.Shift), shape);
        return Next(layer, input,
            _graph.Apply("Add", [_graph.Apply("Mul", [input.Value, scale]), shift]));
    }

    /// <summary>Adds receptive fields; a matrix of ones and zeros repeats each feature.</summary>
    private GraphFlow Population(PopulationLayer layer, GraphFlow input)
    {
        int[] features = [.. layer.Features()];
        float[] repeat = new float[layer.Fields.Count * features.Length];
        for (int output = 0; output < features.Length; output++)
        {
            repeat[(features[output] * features.Length) + output] = 1;
        }
        string Constant(string name, string array) =>
            _graph.Constant(name, _weights[array].Array, 1, features.Length);
        string value = _graph.Apply(
            "MatMul", [input.Value, _graph.Constant("repeat", repeat, layer.Fields.Count, features.Length)]);
        value = _graph.Apply("Mul", [value, Constant("scale", layer.ScaleName)]);
        value = _graph.Apply("Add", [value, Constant("shift", layer.ShiftName)]);
        value = _graph.Apply("Max", [value, Constant("lowest", layer.LowestName)]);
        return Next(layer, input, _graph.Apply("Min", [value, Constant("highest", layer.HighestName)]));
    }

    /// <summary>Adds the leaves of trees behind the features.</summary>
    private GraphFlow Trees(TreeLayer layer, GraphFlow input)
    {
        string Limit(string name, string array) =>
            _graph.Constant(name, _weights[array].Array, 1, layer.Leaves, layer.Conditions);
        string values = _graph.Apply("Gather",
            [input.Value, _graph.Integers([.. layer.Features.Select(feature => (long)feature)])],
            new GraphAttribute("axis", 1L));
        values = _graph.Reshape(values, -1, layer.Leaves, layer.Conditions);
        string above = _graph.Apply("GreaterOrEqual", [values, Limit("lowest", layer.LowestName)]);
        string below = _graph.Apply("Less", [values, Limit("highest", layer.HighestName)]);
        string both = _graph.Cast(_graph.Apply("And", [above, below]), ElementType.Single);
        string leaves = _graph.Apply("ReduceMin", [both], GraphAttribute.Axes(2), new("keepdims", 0L));
        return Next(layer, input, _graph.Apply("Concat", [input.Value, leaves], new GraphAttribute("axis", 1L)));
    }

    /// <summary>
    /// Adds a pooling whose windows share the image out: an ordinary one where they are all of one size, else a matrix
    /// of shares for the rows and one for the columns.
    /// </summary>
    private GraphFlow AdaptivePool(AdaptiveAveragePoolLayer layer, GraphFlow input)
    {
        (int height, int width) = (input.Signal.Shape[1], input.Signal.Shape[2]);
        Extent output = layer.Output;
        if (height % output.Height == 0 && width % output.Width == 0)
        {
            var window = new Extent(height / output.Height, width / output.Width);
            return window == 1 ? input : Next(layer, input, _graph.Apply("AveragePool", [input.Value],
                Lengths("kernel_shape", window), Lengths("strides", window)));
        }
        float[] rows = new float[output.Height * height], columns = new float[width * output.Width];
        for (int row = 0; row < output.Height; row++)
        {
            (int first, int end) = AdaptiveAveragePoolLayer.Range(row, height, output.Height);
            rows.AsSpan((row * height) + first, end - first).Fill(1f / (end - first));
        }
        for (int column = 0; column < output.Width; column++)
        {
            (int first, int end) = AdaptiveAveragePoolLayer.Range(column, width, output.Width);
            for (int i = first; i < end; i++)
            {
                columns[(i * output.Width) + column] = 1f / (end - first);
            }
        }
        string narrow =
            _graph.Apply("MatMul", [input.Value, _graph.Constant("columns", columns, width, output.Width)]);
        return Next(layer, input,
            _graph.Apply("MatMul", [_graph.Constant("rows", rows, output.Height, height), narrow]));
    }

    private GraphFlow Neuron(NeuronLayer layer, SpikingNeuronDefinition neuron, GraphFlow input, bool averages)
    {
        float learned = neuron.LearnedScalars is [LearnedScalar scalar]
            ? _weights[layer.ArrayName(scalar)].Values.Span[0]
            : 0f;
        var steps = new NeuronGraph(_graph, neuron, NeuronConstants.Of(neuron, learned));
        string[] spikes = steps.Run(Currents(steps.Prepare(input.Value), input.Signal));
        Signal signal = layer.Infer(input.Signal);
        string? sum = !averages && _counts is null ? null
            : TimeSteps > 1 ? _graph.Apply("Sum", spikes) : spikes[0];
        _counts?.Add(new(layer.Name, sum!, signal.Shape));
        if (averages)
        {
            return new(_graph.Times(sum!, 1f / TimeSteps), signal with { Kind = SignalKind.Constant });
        }
        return new(Together(spikes), signal);
    }

    private GraphFlow Bursts(NeuronLayer layer, BurstNeuron neuron, GraphFlow input)
    {
        string[] values = NeuronGraph.Bursts(_graph, neuron, Currents(input.Value, input.Signal));
        Signal signal = layer.Infer(input.Signal);
        if (_counts is not null)
        {
            string sum = TimeSteps > 1 ? _graph.Apply("Sum", values) : values[0];
            _counts.Add(new(layer.Name, _graph.Times(sum, (float)(1 / neuron.Threshold)), signal.Shape));
        }
        return new(Together(values), signal);
    }

    private string[] Currents(string current, Signal signal) => TimeSteps > 1 && !signal.IsConstant
        ? _graph.Split(current, TimeSteps, axis: 0)
        : [.. Enumerable.Repeat(current, TimeSteps)];

    private string Together(string[] steps) =>
        TimeSteps > 1 ? _graph.Apply("Concat", steps, new GraphAttribute("axis", 0L)) : steps[0];

    private GraphFlow Residual(ResidualLayer layer, GraphFlow input)
    {
        GraphFlow main = Follow(layer.Main.ToArray(), input), shortcut = Follow(layer.Shortcut.ToArray(), input);
        _graph.Scope = layer.Name;
        if (main.Signal.IsConstant == shortcut.Signal.IsConstant)
        {
            return Next(layer, input, _graph.Apply("Add", [main.Value, shortcut.Value]));
        }
        (GraphFlow moving, GraphFlow still) = main.Signal.IsConstant ? (shortcut, main) : (main, shortcut);
        string sum = _graph.Apply("Add", [StepByStep(moving), still.Value]);
        return Next(layer, input, _graph.Reshape(sum, [-1, .. Shape(moving.Signal)]));
    }

    private GraphFlow AverageOverTime(GraphFlow flow) => flow.Signal.IsConstant ? flow : new(
        _graph.Apply("ReduceMean", [StepByStep(flow)], GraphAttribute.Axes(0), new("keepdims", 0L)),
        flow.Signal with { Kind = SignalKind.Constant });

    // [time steps, rows, ...]
    private string StepByStep(GraphFlow flow) => _graph.Reshape(flow.Value, [TimeSteps, -1, .. Shape(flow.Signal)]);

    private static IEnumerable<long> Shape(Signal signal) => signal.Shape.Select(length => (long)length);

    private static GraphAttribute Lengths(string name, Extent extent) =>
        new(name, new long[] { extent.Height, extent.Width });

    private static GraphAttribute Padding(Extent padding) =>
        new("pads", new long[] { padding.Height, padding.Width, padding.Height, padding.Width });

    private static float[] Singles(double[] values) => [.. values.Select(value => (float)value)];
}

/// <summary>A layer's result: the name of its value, and its shape without rows and time.</summary>
/// <param name="Value">[rows, ...] where it is the same at every step, else [time steps x rows, ...].</param>
/// <param name="Signal">The shape, and whether it is the same at every step.</param>
internal sealed record GraphFlow(string Value, Signal Signal);

/// <summary>The spikes of a layer's neurons, over all time steps.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Value">[rows, ...].</param>
/// <param name="Shape">Without the rows.</param>
internal sealed record SpikeCount(string Layer, string Value, IReadOnlyList<int> Shape);
