using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Encoding;
using Microsoft.ML.Spiking.Neurons;
using Microsoft.ML.Spiking.Training;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>
/// What both forms of a training step work on: the network 784-512-512-10 of CLIF neurons, its first weights, and one
/// batch of 128 rows whose pixels are zero in four places of five, as those of digits are.
/// </summary>
internal sealed class MlpProblem : IDisposable
{
    public const int Rows = 128;
    public const int Features = 784;
    public const int Classes = 10;
    public const double LearningRate = 0.0005;
    public const double Momentum = 0.9;
    public const double WeightDecay = 5e-5;

    private const float WeightScale = 2.2f;

    // The root mean square of the pixels is then 1, as the trainer makes it.
    private const float Brightest = 3.87f;

    public MlpProblem(int timeSteps, int hidden = 512)
    {
        Definition = new Mlp(hidden, hidden).Bind(new(
            [Features], Classes, timeSteps, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        Weights = Enlarged(WeightInitializer.Create(Definition, seed: 1));
        var random = new Random(2);
        float[] pixels = [.. Enumerable.Range(0, Rows * Features)
            .Select(_ => random.Next(5) == 0 ? Brightest * random.NextSingle() : 0f)];
        Input = tensor(pixels, [Rows, Features]).DetachFromDisposeScope();
        Labels = tensor([.. Enumerable.Range(0, Rows).Select(row => (long)row % Classes)]).DetachFromDisposeScope();
    }

    /// <summary>All weights times a number, so that neurons fire as often as those of a trained network.</summary>
    private NetworkWeights Enlarged(NetworkWeights weights) => new(Definition, weights.Select(array => new WeightArray(
        array.Name, array.Shape, [.. array.Values.ToArray().Select(value => WeightScale * value)])));

    public NetworkDefinition Definition { get; }

    public NetworkWeights Weights { get; }

    /// <summary>[N, features].</summary>
    public Tensor Input { get; }

    /// <summary>[N].</summary>
    public Tensor Labels { get; }

    public void Dispose()
    {
        Input.Dispose();
        Labels.Dispose();
    }
}
