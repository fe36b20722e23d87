using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>
/// The problem that both forms of a training step work on: a network of CLIF neurons for images of 28 x 28, its initial
/// weights, and one batch of 128 rows in which four of five pixels are zero, as in images of digits.
/// </summary>
internal sealed class StepProblem : IDisposable
{
    public const int Rows = 128;
    public const int Side = 28;
    public const int Features = Side * Side;
    public const int Classes = 10;
    public const double LearningRate = 0.0005;
    public const double Momentum = 0.9;
    public const double WeightDecay = 5e-5;

    // Makes neurons without batch norm fire as often as those of a trained network.
    private const float MlpWeightScale = 2.2f;

    // Makes the root mean square of the pixels 1, as the trainer does.
    private const float Brightest = 3.87f;

    private StepProblem(NetworkTemplate template, int[] shape, int timeSteps, float weightScale)
    {
        Definition = template.Bind(new(shape, Classes, timeSteps, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        Weights = Scaled(WeightInitializer.Create(Definition, seed: 1), weightScale);
        var random = new Random(2);
        float[] pixels = [.. Enumerable.Range(0, Rows * Features)
            .Select(_ => random.Next(5) == 0 ? Brightest * random.NextSingle() : 0f)];
        Input = tensor(pixels, [Rows, Features]).DetachFromDisposeScope();
        Tensor labels = tensor([.. Enumerable.Range(0, Rows).Select(row => (long)row % Classes)]);
        Batch = new(Rows, Input, labels.DetachFromDisposeScope(), Weights: null, TotalWeight: Rows);
    }

    /// <summary>Returns the network 784-512-512-10.</summary>
    public static StepProblem Mlp(int timeSteps) => new(new Mlp(512, 512), [Features], timeSteps, MlpWeightScale);

    /// <summary>
    /// Returns the network 1-32-64: convolution 3 x 3, batch norm, CLIF, average pooling 2 x 2, twice, and a linear
    /// readout.
    /// </summary>
    public static StepProblem Conv(int timeSteps) => new(new ConvNet(32, 64), [1, Side, Side], timeSteps, 1);

    public NetworkDefinition Definition { get; }

    public NetworkWeights Weights { get; }

    /// <summary>Gets the features, [N, features].</summary>
    public Tensor Input { get; }

    /// <summary>Gets the features and their labels.</summary>
    public Batch Batch { get; }

    public void Dispose()
    {
        Input.Dispose();
        Batch.Labels.Dispose();
    }

    private NetworkWeights Scaled(NetworkWeights weights, float scale) => new(Definition, weights.Select(array =>
        new WeightArray(array.Name, array.Shape, [.. array.Values.ToArray().Select(value => scale * value)])));
}
