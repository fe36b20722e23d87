using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Neurons.Kernels;

namespace Microsoft.ML.Spiking.Scoring;

/// <summary>The executors of a network, found by one walk over its definition. The last leaves the mean logits.</summary>
internal sealed class ExecutorPlan
{
    private readonly NetworkDefinition _definition;
    private readonly NetworkWeights _weights;
    private readonly KernelWidth _width;
    private readonly List<LayerExecutor> _executors = [];

    // From here on the network is linear: what arrives is averaged over time first.
    private readonly int _linearFrom;

    private ExecutorPlan(NetworkDefinition definition, NetworkWeights weights, KernelWidth width)
    {
        _definition = definition;
        _weights = weights;
        _width = width == KernelWidth.Auto ? NeuronKernel.Widest : width;
        _linearFrom = definition.Layers.Count;
        while (_linearFrom > 0 && definition.Layers[_linearFrom - 1] is LinearLayer or DropoutLayer)
        {
            _linearFrom--;
        }
    }

    /// <summary>The executors in order.</summary>
    /// <param name="definition">The network.</param>
    /// <param name="weights">Its arrays; they are copied.</param>
    /// <param name="width">How many values an instruction handles.</param>
    /// <exception cref="NotSupportedException">A layer or neuron cannot be scored; the message names it.</exception>
    public static IReadOnlyList<LayerExecutor> Build(
        NetworkDefinition definition, NetworkWeights weights, KernelWidth width)
    {
        var plan = new ExecutorPlan(definition, weights, width);
        Signal signal = definition.InputSignal;
        if (!definition.HasTimeAxis && signal.Kind != SignalKind.Constant)
        {
            plan._executors.Add(new EncoderExecutor(definition.Encoder, definition.InputSize, definition.TimeSteps));
        }
        for (int i = 0; i < definition.Layers.Count; i++)
        {
            if (i == plan._linearFrom)
            {
                signal = plan.AverageOverTime(signal);
            }
            plan.Add(definition.Layers[i], signal);
            signal = definition.Layers[i].Infer(signal);
        }
        plan.AverageOverTime(signal);
        return plan._executors;
    }

    private int StepsOf(Signal signal) => signal.Kind == SignalKind.Constant ? 1 : _definition.TimeSteps;

    private Signal AverageOverTime(Signal signal)
    {
        if (signal.Kind != SignalKind.Constant)
        {
            _executors.Add(new TimeMeanExecutor(_definition.TimeSteps, signal.Size));
        }
        return signal with { Kind = SignalKind.Constant };
    }

    private void Add(Layer layer, Signal input)
    {
        switch (layer)
        {
            case AffineLayer affine:
                _executors.Add(new AffineExecutor(_weights[affine.ScaleName].Values.Span,
                    _weights[affine.ShiftName].Values.Span, input.Size, StepsOf(input)));
                break;
            case LinearLayer linear:
                _executors.Add(Linear(linear, StepsOf(input)));
                break;
            case NeuronLayer neuron:
                _executors.Add(Neuron(neuron, input));
                break;
            case DropoutLayer:
                break;
            default:
                throw new NotSupportedException(
                    $"Layer '{layer.Name}': {layer.GetType().Name} cannot be scored in managed code yet.");
        }
    }

    private LayerExecutor Neuron(NeuronLayer layer, Signal input)
    {
        bool isConstant = input.Kind == SignalKind.Constant;
        if (layer.Neuron is ReluNeuron)
        {
            return new ReluExecutor(_definition.TimeSteps, input.Size, isConstant);
        }
        try
        {
            float learned = layer.Neuron.LearnedScalars is [LearnedScalar scalar]
                ? _weights[layer.ArrayName(scalar)].Values.Span[0]
                : 0f;
            return new NeuronExecutor(NeuronKernel.Create(layer.Neuron, learned, _width), _definition.TimeSteps,
                input.Size, isConstant);
        }
        catch (NotSupportedException inner)
        {
            throw new NotSupportedException($"Layer '{layer.Name}': {inner.Message}", inner);
        }
    }

    private LayerExecutor Linear(LinearLayer layer, int timeSteps)
    {
        ReadOnlySpan<float> weights = _weights[layer.WeightName].Values.Span;
        ReadOnlySpan<float> bias = layer.HasBias ? _weights[layer.BiasName].Values.Span : default;
        return _width switch
        {
            KernelWidth.Vector512 => new LinearExecutor<Lanes512, Panel4<Lanes512>>(
                weights, bias, layer.Inputs, layer.Outputs, timeSteps),
            KernelWidth.Vector256 => new LinearExecutor<Lanes256, Panel2<Lanes256>>(
                weights, bias, layer.Inputs, layer.Outputs, timeSteps),
            // With 32 registers the wide panel of 512-bit vectors fits here too.
            KernelWidth.Vector128 when RuntimeInformation.ProcessArchitecture == Architecture.Arm64 =>
                new LinearExecutor<Lanes128, Panel4<Lanes128>>(weights, bias, layer.Inputs, layer.Outputs, timeSteps),
            KernelWidth.Vector128 => new LinearExecutor<Lanes128, Panel2<Lanes128>>(
                weights, bias, layer.Inputs, layer.Outputs, timeSteps),
            _ => new LinearExecutor<Lanes1, Panel2<Lanes1>>(weights, bias, layer.Inputs, layer.Outputs, timeSteps),
        };
    }
}
