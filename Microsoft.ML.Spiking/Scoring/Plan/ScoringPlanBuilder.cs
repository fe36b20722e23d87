using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Folding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Executors.Graded;
using Microsoft.ML.Spiking.Scoring.Executors.Recurrent;
using Microsoft.ML.Spiking.Scoring.Executors.Tables;
using Microsoft.ML.Spiking.Scoring.Spikes;

namespace Microsoft.ML.Spiking.Scoring.Plan;

/// <summary>
/// Builds the plan of a network: its executors, found by one walk over its definition. The last leaves the mean logits.
/// </summary>
/// <remarks>
/// Three things differ from the layers: layers whose input is constant over time run once; normalizations go into the
/// weights before them; and everything behind the last neuron is linear, so that the mean over time is taken there and
/// the rest runs once. Of rows that bring their time steps each step is computed by itself: streams give the same.
/// </remarks>
internal sealed class ScoringPlanBuilder
{
    private readonly NetworkDefinition _definition;
    private readonly NetworkWeights _weights;
    private readonly VectorWidth _width;
    private readonly ExecutorFactory _factory;
    private readonly IScoringWatch? _watch;
    private readonly bool _isStepwise; // whether each layer computes each step by itself
    private readonly List<ScoringStep> _steps = [];

    // Every step writes its own buffer; BufferAssignment then shares the memory.
    private int _buffers;

    private ScoringPlanBuilder(
        NetworkDefinition definition, NetworkWeights weights, VectorWidth width, ExecutorFactory factory,
        IScoringWatch? watch, bool? isStepwise = null)
    {
        _definition = definition;
        _weights = weights;
        _width = width;
        _factory = factory;
        _watch = watch;
        _isStepwise = isStepwise ?? definition.HasTimeAxis;
    }

    /// <summary>Builds the plan with the executors for a width of vectors.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays; they are copied.</param>
    /// <param name="width">How many values an instruction handles.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be scored; the message names it.</exception>
    public static ScoringPlan Build(NetworkDefinition definition, NetworkWeights weights, VectorWidth width) =>
        Build(definition, weights, width, ExecutorFactory.Of(width));

    /// <summary>Builds the plan with executors of the caller's choice.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays; they are copied.</param>
    /// <param name="width">How many values an instruction of the neurons handles.</param>
    /// <param name="factory">Makes the executors.</param>
    /// <param name="watch">
    /// Sees the values of every step: with one, nothing is pooled or averaged before it is seen. Null for none.
    /// </param>
    /// <param name="isStepwise">
    /// Whether each layer computes each step by itself. Null for that where rows bring their time steps.
    /// </param>
    public static ScoringPlan Build(NetworkDefinition definition, NetworkWeights weights, VectorWidth width,
        ExecutorFactory factory, IScoringWatch? watch = null, bool? isStepwise = null)
    {
        var plan = new ScoringPlanBuilder(definition, weights, width, factory, watch, isStepwise);
        Flow flow = plan.FollowAll();
        return BufferAssignment.Apply(plan._steps, flow.Buffer);
    }

    /// <summary>
    /// Builds the steps of a walk through a row's time steps: each layer computes each step by itself, and each step of
    /// the plan writes a buffer that no other one writes, so that what is the same at every step stays.
    /// </summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays; they are copied.</param>
    /// <param name="width">How many values an instruction handles.</param>
    /// <returns>The steps, and the buffer that holds the mean logits.</returns>
    public static (IReadOnlyList<ScoringStep> Steps, int Output) BuildWalk(
        NetworkDefinition definition, NetworkWeights weights, VectorWidth width)
    {
        var plan = new ScoringPlanBuilder(
            definition, weights, width, ExecutorFactory.Of(width), watch: null, isStepwise: true);
        Flow flow = plan.FollowAll();
        return (plan._steps, flow.Buffer);
    }

    private Flow FollowAll()
    {
        int linearFrom = _watch is null ? LinearTail.Start(_definition.Layers) : _definition.Layers.Count;
        var layers = new List<Layer>(_definition.Layers);
        Flow flow = Follow(layers.GetRange(0, linearFrom), Encode(), averagesAtEnd: _watch is null);
        flow = Follow(layers.GetRange(linearFrom, layers.Count - linearFrom), AverageOverTime(flow));
        return InOrder(flow, Interleaving.Natural(flow.Signal.Size));
    }

    private Flow Encode()
    {
        Signal signal = _definition.InputSignal;
        var row = new Flow(signal, ScoringPlan.Row, Interleaving.Natural(signal.Size));
        return _definition.HasTimeAxis || row.IsConstant
            ? row
            : Add(new EncoderExecutor(_definition.Encoder, signal.Size, _definition.TimeSteps), row, signal, row.Order);
    }

    private Flow Follow(IReadOnlyList<Layer> layers, Flow input, bool averagesAtEnd = false)
    {
        Flow flow = input;
        for (int i = 0; i < layers.Count; i++)
        {
            flow = layers[i] switch
            {
                WeightedLayer weighted => Weighted(weighted, flow, FoldedWeights.Of(weighted, layers, ref i, _weights)),
                BatchNormLayer or AffineLayer => Affine(layers[i], flow),
                PopulationLayer population => Population(population, flow),
                TreeLayer trees => Trees(trees, flow),
                AveragePoolLayer pool => Pool(pool, flow, (from, to) =>
                    PoolWindows.Sliding(from, to, pool.Kernel, pool.Stride, padding: 0)),
                MaxPoolLayer pool => Pool(pool, flow, (from, to) =>
                    PoolWindows.Sliding(from, to, pool.Kernel, pool.Stride, pool.Padding)),
                AdaptiveAveragePoolLayer pool => Pool(pool, flow, PoolWindows.Adaptive),
                NeuronLayer { Neuron: ReluNeuron } neuron => Added(neuron, flow, Relu(flow)),
                NeuronLayer { Neuron: FirstSpikeNeuron firstSpike } neuron =>
                    Added(neuron, flow, FirstSpike(firstSpike, flow)),
                NeuronLayer { Neuron: BurstNeuron burst } neuron => Added(neuron, flow,
                    new BurstExecutor(burst, _definition.TimeSteps, flow.Signal.Size, flow.IsConstant)),
                NeuronLayer neuron => Neuron(neuron, flow, layers, ref i, averagesAtEnd),
                RecurrentLayer recurrent => Recurrent(recurrent, InOrder(flow, Interleaving.Natural(recurrent.Size))),
                FeedbackLayer feedback => Feedback(feedback, InOrder(flow, Interleaving.Natural(feedback.Size))),
                GatedRecurrentLayer gated => Gated(gated, InOrder(flow, Interleaving.Natural(gated.Inputs))),
                ResidualLayer residual => Residual(residual, flow),
                // The order of a vector's values is that of the image: the next layer asks for it.
                FlattenLayer or DropoutLayer => flow with { Signal = layers[i].Infer(flow.Signal) },
                _ => throw new NotSupportedException(
                    $"Layer '{layers[i].Name}': {layers[i].GetType().Name} cannot be scored in managed code yet."),
            };
        }
        return flow;
    }

    private int StepsOf(Flow flow) => flow.IsConstant ? 1 : _definition.TimeSteps;

    private LayerExecutor OverTime(Flow input, Func<int, LayerExecutor> layer) =>
        _isStepwise && !input.IsConstant
            ? new StepwiseExecutor(layer(1), input.Signal.Size, _definition.TimeSteps)
            : layer(StepsOf(input));

    private Flow Add(LayerExecutor executor, Flow input, Signal output, Interleaving order)
    {
        _steps.Add(new(executor, input.Buffer, _buffers));
        return new(output, _buffers++, order);
    }

    private LayerExecutor Watched(LayerExecutor executor, Layer layer, Flow input) => _watch is null ? executor
        : new WatchedExecutor(executor, layer, input.Signal, input.Order, _definition.TimeSteps, _watch);

    private Flow AverageOverTime(Flow flow) => flow.IsConstant ? flow : Add(
        new TimeMeanExecutor(_definition.TimeSteps, flow.Signal.Size), flow,
        flow.Signal with { Kind = SignalKind.Constant }, flow.Order);

    private Flow InOrder(Flow flow, Interleaving order) => flow.Order == order ? flow : Copy(flow, order);

    private Flow Copy(Flow flow, Interleaving order) =>
        Add(
        OverTime(flow, steps => new ReorderExecutor(flow.Order, order, flow.Signal.Size, steps)), flow, flow.Signal,
        order);

    private Flow Weighted(WeightedLayer layer, Flow input, FoldedWeights folded)
    {
        Signal output = layer.Infer(input.Signal);
        if (layer is not ConvolutionLayer convolution)
        {
            LayerExecutor linear = OverTime(
                input, steps => _factory.Linear(folded.ForOrder(input.Order), steps, input.Signal.Kind));
            return Add(Watched(linear, layer, input), input, output, Interleaving.Natural(output.Size));
        }
        Flow image = InOrder(input, input.UsualOrder);
        var shape = new ConvolutionShape(convolution, SizeOf(input.Signal), SizeOf(output));
        LayerExecutor executor = OverTime(image, steps => _isStepwise && !image.IsConstant
            ? _factory.StepConvolution(shape, folded)
            : _factory.Convolution(shape, folded, steps, image.Signal.Kind));
        return AddImage(Watched(executor, layer, image), image, output);
    }

    private Flow Affine(Layer layer, Flow input)
    {
        ChannelAffine affine = ChannelAffine.Of(layer, _weights, input.Signal.Shape[0])!;
        return Add(OverTime(input, steps => _factory.Affine(affine, input.Order, input.Signal.Size, steps)), input,
            layer.Infer(input.Signal), input.Order);
    }

    private Flow Population(PopulationLayer layer, Flow input)
    {
        Signal output = layer.Infer(input.Signal);
        var executor = new PopulationExecutor([.. layer.Fields], (_weights[layer.ScaleName].Array,
            _weights[layer.ShiftName].Array, _weights[layer.LowestName].Array, _weights[layer.HighestName].Array),
            StepsOf(input));
        return Add(executor, input, output, Interleaving.Natural(output.Size));
    }

    private Flow Trees(TreeLayer layer, Flow input)
    {
        Signal output = layer.Infer(input.Signal);
        var executor = new TreeExecutor(layer.Inputs, layer.Conditions, [.. layer.Features],
            (_weights[layer.LowestName].Array, _weights[layer.HighestName].Array), StepsOf(input));
        return Add(executor, input, output, Interleaving.Natural(output.Size));
    }

    private Flow Pool(Layer layer, Flow input, Func<Extent, Extent, PoolWindows> windowsOf)
    {
        Flow image = InOrder(input, input.UsualOrder);
        Signal output = layer.Infer(input.Signal);
        PoolWindows windows = windowsOf(SizeOf(input.Signal), SizeOf(output));
        int channels = output.Shape[0];
        return AddImage(OverTime(image, steps => layer is MaxPoolLayer
            ? _factory.LargestPool(windows, channels, steps)
            : _factory.MeanPool(windows, channels, steps)), image, output);
    }

    private LayerExecutor Relu(Flow input) => _isStepwise && !input.IsConstant
        ? OverTime(input, steps => new ReluExecutor(steps, input.Signal.Size, constantCurrent: false))
        : new ReluExecutor(_definition.TimeSteps, input.Signal.Size, input.IsConstant);

    private LayerExecutor FirstSpike(FirstSpikeNeuron neuron, Flow input) => _isStepwise && !input.IsConstant
        ? OverTime(input, steps => new FirstSpikeExecutor(neuron, steps, input.Signal.Size, constantCurrent: false))
        : new FirstSpikeExecutor(neuron, _definition.TimeSteps, input.Signal.Size, input.IsConstant);

    private Flow Added(NeuronLayer layer, Flow input, LayerExecutor executor) =>
        Add(Watched(executor, layer, input), input, layer.Infer(input.Signal), input.Order);

    private Flow Recurrent(RecurrentLayer layer, Flow input)
    {
        float learned = layer.Neuron.LearnedScalars is [LearnedScalar scalar]
            ? _weights[layer.ArrayName(scalar)].Values.Span[0]
            : 0f;
        var executor = new RecurrentExecutor(NeuronKernel.Create(layer.Neuron, learned, _width),
            _factory.Linear(new(_weights[layer.WeightName].Array, new float[layer.Size]), 1, SignalKind.Spikes),
            _definition.TimeSteps, layer.Size, input.IsConstant);
        return Add(executor, input, layer.Infer(input.Signal), input.Order);
    }

    private Flow Feedback(FeedbackLayer layer, Flow input)
    {
        LayerExecutor weights = _factory.Linear(new(_weights[layer.WeightName].Array, new float[layer.Size]), 1,
            layer.IsAtEquilibrium ? SignalKind.Graded : SignalKind.Spikes);
        return Add(new FeedbackExecutor(layer, weights, _definition.TimeSteps), input, layer.Infer(input.Signal),
            input.Order);
    }

    private Flow Gated(GatedRecurrentLayer layer, Flow input)
    {
        LayerExecutor Linear(string name, float[] bias) =>
            _factory.Linear(new(_weights[name].Array, bias), 1, SignalKind.Graded);
        float Largest(string name) => _weights[name].Values.Span is [float sum, > 0 and float share] ? sum / share : 0;
        Signal output = layer.Infer(input.Signal);
        var executor = new GatedRecurrentExecutor(layer, Linear(layer.WeightName, _weights[layer.BiasName].Array),
            layer.HasRecurrentWeights ? Linear(layer.RecurrentName, new float[2 * layer.Outputs]) : null,
            (Largest(layer.InputRangeName), Largest(layer.OutputRangeName)), _definition.TimeSteps, input.IsConstant);
        return Add(executor, input, output, Interleaving.Natural(output.Size));
    }

    /// <summary>
    /// Adds neurons, with the pooling or the mean over time behind them if it can be taken of the spikes where they
    /// arise.
    /// </summary>
    private Flow Neuron(
        NeuronLayer layer, Flow input, IReadOnlyList<Layer> layers, ref int index, bool averagesAtEnd)
    {
        try
        {
            float learned = layer.Neuron.LearnedScalars is [LearnedScalar scalar]
                ? _weights[layer.ArrayName(scalar)].Values.Span[0]
                : 0f;
            NeuronKernel kernel = NeuronKernel.Create(layer.Neuron, learned, _width);
            Signal spikes = layer.Infer(input.Signal);
            (SpikeTarget target, Flow output) = averagesAtEnd && index == layers.Count - 1
                ? (SpikeTarget.MeanOverTime(spikes.Size, _definition.TimeSteps),
                    input with { Signal = spikes with { Kind = SignalKind.Constant } })
                : PooledNeuron(layers, ref index, spikes, input)
                    ?? (SpikeTarget.EachStep(spikes.Size, _definition.TimeSteps), input with { Signal = spikes });
            LayerExecutor executor =
                _factory.Neuron(kernel, _definition.TimeSteps, spikes.Size, input.IsConstant, target);
            return Add(Watched(executor, layer, input), input, output.Signal, output.Order);
        }
        catch (NotSupportedException inner)
        {
            throw new NotSupportedException($"Layer '{layer.Name}': {inner.Message}", inner);
        }
    }

    /// <summary>
    /// Finds an average pooling that spikes can be added up for, and skips it; null if there is none.
    /// </summary>
    private (SpikeTarget Target, Flow Output)? PooledNeuron(
        IReadOnlyList<Layer> layers, ref int index, Signal spikes, Flow input)
    {
        int next = index + 1;
        while (next < layers.Count && layers[next] is DropoutLayer)
        {
            next++;
        }
        if (_watch is not null || next == layers.Count || layers[next] is not AveragePoolLayer pool
            || input.Order != input.UsualOrder)
        {
            return null;
        }
        Signal output = pool.Infer(spikes);
        PoolWindows windows = PoolWindows.Sliding(SizeOf(spikes), SizeOf(output), pool.Kernel, pool.Stride, padding: 0);
        if (SpikeTarget.Pooled(windows, output.Shape[0], _definition.TimeSteps) is not SpikeTarget target)
        {
            return null;
        }
        index = next;
        return (target, new(output, input.Buffer, ImageOrder(output)));
    }

    private Flow Residual(ResidualLayer layer, Flow input)
    {
        int before = _buffers;
        Flow main = Follow(layer.Main, input), shortcut = Follow(layer.Shortcut, input);
        main = InOrder(main, main.UsualOrder);
        shortcut = InOrder(shortcut, shortcut.UsualOrder);
        // The end of one path takes the sum. It must be a buffer that this block writes, since other layers may read
        // earlier ones, and hold all steps if the sum does.
        (Flow target, Flow addend) = main.Buffer >= before && (!main.IsConstant || shortcut.IsConstant)
            ? (main, shortcut)
            : (shortcut, main);
        if (target.Buffer < before)
        {
            target = Copy(target, target.Order);
        }
        LayerExecutor addition = OverTime(target, steps =>
            _factory.Addition(target.Signal.Size, steps, addend.IsConstant && !target.IsConstant));
        _steps.Add(new(addition, addend.Buffer, target.Buffer));
        return target with { Signal = layer.Infer(input.Signal) };
    }

    private Flow AddImage(LayerExecutor executor, Flow input, Signal output) =>
        Add(executor, input, output, ImageOrder(output));

    private static Interleaving ImageOrder(Signal image) =>
        Interleaving.OfImage(image.Shape[0], image.Shape[1] * image.Shape[2]);

    private static Extent SizeOf(Signal image) => new(image.Shape[1], image.Shape[2]);
}

/// <summary>A layer's result while the plan is built: its shape, its buffer and its order.</summary>
/// <param name="Signal">The shape, and whether the values are the same at every step.</param>
/// <param name="Buffer">The buffer, or <see cref="ScoringPlan.Row"/>.</param>
/// <param name="Order">The order of a step's values.</param>
internal sealed record Flow(Signal Signal, int Buffer, Interleaving Order)
{
    /// <summary>Gets whether the values are the same at every step.</summary>
    public bool IsConstant => Signal.Kind == SignalKind.Constant;

    /// <summary>
    /// Gets the order in which executors of images take this one; other shapes stay in the definition's order.
    /// </summary>
    public Interleaving UsualOrder => Signal.Shape is [int channels, int height, int width]
        ? Interleaving.OfImage(channels, checked(height * width))
        : Interleaving.Natural(Signal.Size);
}
