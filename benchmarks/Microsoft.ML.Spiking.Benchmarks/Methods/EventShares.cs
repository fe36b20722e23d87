using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Methods;

/// <summary>
/// The share of the products of a step that events would leave: products of a spike forward, of a gradient that is not
/// 0 back to the inputs, and of both for the weights. Counted on trained networks, at their own rates.
/// </summary>
internal sealed class EventShares : IBenchmark
{
    private const int Rows = 128;

    public string Name => "event-shares";

    public string Description =>
        "the share of the products of a training step that events of spikes and gradients leave";

    public void Run(bool quick, TextWriter output)
    {
        var ml = new MLContext(1);
        IDataView train = ml.Data.LoadFromEnumerable(Digits.Train(quick ? 1_000 : 3_000));
        DigitRow[] rows = Digits.Test(Rows);
        SurrogateGradient[] surrogates = [new AtanSurrogate(), new RectangleSurrogate(), new RectangleSurrogate(0.4)];
        foreach (SurrogateGradient surrogate in surrogates)
        {
            foreach (bool isConvolution in new[] { false, true })
            {
                var options = new SpikingClifTrainer.Options
                {
                    Network = isConvolution ? new ConvNet(16, 32) : new Mlp(512, 512),
                    InputShape = isConvolution ? [1, 28, 28] : null,
                    Neuron = new ClifNeuron { Surrogate = surrogate },
                    Epochs = quick ? 1 : 2,
                    Dropout = 0,
                    Seed = 1,
                    InputNormalization = new RootMeanSquareNormalization(),
                    NumberOfThreads = 1,
                };
                string name = isConvolution ? "ConvNet(16, 32)" : "Mlp(512, 512)";
                SpikingModelParameters model = SavedModels.Get($"{(quick ? "quick" : "shares")}-{name}-{surrogate}",
                    () => ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train)).Model;
                output.WriteLine($"{name}, {surrogate}: {Count(model, rows)}");
            }
        }
    }

    // Products that spikes arrive at and that neurons follow.
    private static string Count(SpikingModelParameters model, DigitRow[] rows)
    {
        using DisposeScope scope = NewDisposeScope();
        int steps = model.Network.TimeSteps;
        Tensor values = tensor(rows.SelectMany(row => row.Features).ToArray(),
            [rows.Length, .. model.Network.InputShape.Select(side => (long)side)]);
        List<(Tensor Input, Tensor Current)> products = [];
        bool isConstant = true;
        foreach (Layer layer in model.Network.Layers)
        {
            switch (layer)
            {
                case AffineLayer affine:
                    values = (values * Array(affine.ScaleName)) + Array(affine.ShiftName);
                    break;
                case WeightedLayer weighted:
                    Tensor input = values, weight = Array(weighted.WeightName).requires_grad_();
                    Tensor? bias = weighted.HasBias ? Array(weighted.BiasName) : null;
                    values = Each(all => weighted is ConvolutionLayer
                        ? nn.functional.conv2d(all, weight, bias, padding: [1, 1])
                        : nn.functional.linear(all, weight, bias));
                    if (!isConstant)
                    {
                        values.retain_grad();
                        products.Add((input, values));
                    }
                    break;
                case BatchNormLayer norm:
                    Tensor scale = Array(norm.WeightName), shift = Array(norm.BiasName);
                    values = Each(all => nn.functional.batch_norm(
                        all, null, null, scale, shift, training: true, norm.Momentum, norm.Epsilon));
                    break;
                case NeuronLayer neurons:
                    values = OpByOpNeuron.Create(neurons.Neuron).Forward(new(values, steps, isConstant), []).Values;
                    isConstant = false;
                    break;
                case AveragePoolLayer pool:
                    values = Each(all => nn.functional.avg_pool2d(all, [pool.Kernel.Height, pool.Kernel.Width]));
                    break;
                case FlattenLayer:
                    values = values.flatten(isConstant ? 1 : 2);
                    break;
            }
        }
        Tensor labels = tensor(rows.Select(row => (long)row.Label).ToArray());
        nn.functional.cross_entropy(values.mean([0]), labels).backward();
        (Tensor spikes, Tensor current) = products[0];
        Tensor ofSpikes = Active(spikes), ofGradients = Active(current.grad!);
        double forward = Mean(ofSpikes), back = Mean(ofGradients), both = Mean(ofSpikes * ofGradients);
        return Numbers.Text($"spikes {forward:0.000}, gradients {back:0.000}, both {both:0.000} of the products: ") +
            Numbers.Text($"{1 - ((forward + back + both) / 3):0.00} of all three saved");

        Tensor Array(string name) => tensor(model.Weights[name].Values.ToArray(),
            model.Weights[name].Shape.Select(side => (long)side).ToArray());

        Tensor Each(Func<Tensor, Tensor> map) => isConstant
            ? map(values) : map(values.flatten(0, 1)).unflatten(0, [steps, rows.Length]);
    }

    /// <summary>Returns the share of values that are not 0, of each row and step.</summary>
    private static Tensor Active(Tensor values) => values.ne(0).to_type(ScalarType.Float64).flatten(2).mean([2]);

    private static double Mean(Tensor values) => values.mean().item<double>();
}
