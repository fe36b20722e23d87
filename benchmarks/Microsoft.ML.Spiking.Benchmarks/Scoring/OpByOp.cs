using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Layers;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Scoring;

/// <summary>
/// The way of the CLIF authors' code: at each time step the whole network runs on the image, and each neuron's equations
/// are tensor operations on the state that it carries along.
/// </summary>
internal sealed class OpByOp : TorchForm
{
    private readonly TorchParameters _parameters;

    public OpByOp(NetworkDefinition definition, NetworkWeights weights) : base(definition)
    {
        _parameters = new(definition, CPU, ScalarType.Float32);
        _parameters.Import(weights);
    }

    public override void Dispose() => _parameters.Dispose();

    protected override Tensor Logits(Tensor input)
    {
        var neurons = new Dictionary<string, NeuronWalk>();
        Tensor[] steps = [.. Enumerable.Range(0, Definition.TimeSteps).Select(_ => Run(Definition.Layers, input, neurons))];
        return stack(steps, 0).mean([0]);
    }

    private Tensor Run(IEnumerable<Layer> layers, Tensor x, Dictionary<string, NeuronWalk> neurons) =>
        layers.Aggregate(x, (value, layer) => Run(layer, value, neurons));

    private Tensor Run(Layer layer, Tensor x, Dictionary<string, NeuronWalk> neurons) => layer switch
    {
        LinearLayer linear => nn.functional.linear(x, _parameters[linear.WeightName], Bias(linear)),
        ConvolutionLayer convolution => nn.functional.conv2d(x, _parameters[convolution.WeightName], Bias(convolution),
            Lengths(convolution.Stride), Lengths(convolution.Padding), groups: convolution.Groups),
        BatchNormLayer norm => nn.functional.batch_norm(x, _parameters[norm.MeanName], _parameters[norm.VarianceName],
            _parameters[norm.WeightName], _parameters[norm.BiasName], training: false, norm.Momentum, norm.Epsilon),
        AffineLayer affine => (x * PerChannel(_parameters[affine.ScaleName], x)).Plus(PerChannel(_parameters[affine.ShiftName], x)),
        AveragePoolLayer pool => nn.functional.avg_pool2d(x, Lengths(pool.Kernel), Lengths(pool.Stride)),
        AdaptiveAveragePoolLayer pool => nn.functional.adaptive_avg_pool2d(x, Lengths(pool.Output)),
        MaxPoolLayer pool => nn.functional.max_pool2d(x, Lengths(pool.Kernel), Lengths(pool.Stride), Lengths(pool.Padding)),
        FlattenLayer => x.flatten(1),
        DropoutLayer => x,
        ResidualLayer residual => Run(residual.Main, x, neurons).Plus(Run(residual.Shortcut, x, neurons)),
        NeuronLayer neuron => Walk(neuron, neurons).Step(x),
        _ => throw new NotSupportedException(layer.GetType().Name),
    };

    private NeuronWalk Walk(NeuronLayer layer, Dictionary<string, NeuronWalk> neurons)
    {
        if (!neurons.TryGetValue(layer.Name, out NeuronWalk? walk))
        {
            Tensor[] learned = [.. layer.Neuron.LearnedScalars.Select((LearnedScalar scalar) => _parameters[layer.ArrayName(scalar)])];
            walk = new(layer.Neuron, learned);
            neurons.Add(layer.Name, walk);
        }
        return walk;
    }

    private Tensor? Bias(WeightedLayer layer) => layer.HasBias ? _parameters[layer.BiasName] : null;

    private static Tensor PerChannel(Tensor values, Tensor x) => values.view([-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)]);

    private static long[] Lengths(Extent extent) => [extent.Height, extent.Width];
}
