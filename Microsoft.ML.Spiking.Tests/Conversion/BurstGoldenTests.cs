using System.Text.Json;
using Microsoft.ML.Spiking.Scoring.Executors.Graded;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Neurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Conversion;

/// <summary>Counts of spikes against reference vectors, in double precision, and their gradient.</summary>
[TestClass]
public sealed class BurstGoldenTests
{
    private const double Tolerance = 1e-10;
    private static readonly JsonElement Golden = GoldenFiles.Read("methods/count_conversion.json");

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Forward_OneSpikeAStep_GivesTheReferencesCountsPotentialsAndAnalogValues()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        int steps = Golden.GetProperty("T").GetInt32();
        JsonElement tandem = Golden.GetProperty("tandem");
        Tensor arriving = Matrix("x");
        Tensor? spikes = null;
        for (int layer = 0; layer < 2; layer++)
        {
            Tensor weight = Matrix($"W{layer + 1}"), bias = Matrix($"b{layer + 1}");
            Tensor share = bias / steps;
            Tensor[] currents = [.. Enumerable.Range(0, steps).Select(t => spikes is null
                ? t == 0 ? arriving.matmul(weight.t()) + share : share.expand([arriving.shape[0], -1])
                : spikes[t].matmul(weight.t()) + share)];
            double theta = tandem.GetProperty("theta")[layer].GetDouble();
            Tensor values = Run(new() { Threshold = theta, MaximumSpikes = 1 }, stack(currents, 0));

            string what = $"layer {layer}";
            Tensor total = values.sum([0]);
            GoldenFiles.AssertClose(Flat(tandem.GetProperty("counts")[layer]), Doubles(total / theta), Tolerance, what);
            GoldenFiles.AssertClose(Flat(tandem.GetProperty("potential")[layer]),
                Doubles(stack(currents, 0).sum([0]) - total), Tolerance, what);
            GoldenFiles.AssertClose(Flat(tandem.GetProperty("analog")[layer]),
                Doubles(nn.functional.relu(arriving.matmul(weight.t()) + bias)), Tolerance, what);
            (spikes, arriving) = (values, total);
        }
    }

    [TestMethod]
    public void Forward_Bursts_GivesTheReferencesSpikesAndPotentials()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        JsonElement burst = Golden.GetProperty("burst");
        int steps = burst.GetProperty("T").GetInt32();
        var neuron = new BurstNeuron
        {
            Threshold = burst.GetProperty("theta").GetDouble(),
            MaximumSpikes = burst.GetProperty("gamma").GetInt32(),
        };
        Tensor current = Matrix("x").matmul(Matrix("W1").t()) + Matrix("b1");

        Tensor values = new TorchBurst(neuron).Forward(new(current, steps, IsConstant: true), []).Values;
        Tensor one = new TorchBurst(neuron).Forward(new(current, 1, IsConstant: true), []).Values;

        GoldenFiles.AssertClose(
            Flat(burst.GetProperty("spikes")), Doubles(values / neuron.Threshold), Tolerance, "spikes");
        GoldenFiles.AssertClose(Flat(burst.GetProperty("potential")), Doubles((current * steps) - values.sum([0])),
            Tolerance, "potential");
        GoldenFiles.AssertClose(
            Flat(burst.GetProperty("oneStep")), Doubles(one / neuron.Threshold), Tolerance, "one step");
    }

    /// <summary>
    /// Through two layers, the gradient is that of limited rectifiers over the means, at the counts that were made.
    /// </summary>
    [TestMethod]
    public void Backward_TwoLayers_GivesTheGradientOfTheSharedWeights()
    {
        using DisposeScope scope = NewDisposeScope();
        (BurstNeuron first, BurstNeuron second) = (new() { Threshold = 0.15, MaximumSpikes = 3 },
            new() { Threshold = 0.1, MaximumSpikes = 4 });
        Tensor[] weights = [Matrix("W1").requires_grad_(true), Matrix("W2").requires_grad_(true)];
        Tensor x = Matrix("x");

        Tensor hidden = new TorchBurst(first).Forward(new(x.matmul(weights[0].t()), 5, IsConstant: true), []).Values;
        Tensor output = Run(second, hidden.matmul(weights[1].t()));
        output.mean([0]).pow(2).sum().backward();
        Tensor[] stepwise = [.. weights.Select(weight => weight.grad!.clone())];

        foreach (Tensor weight in weights)
        {
            weight.grad = null;
        }
        Tensor Tandem(BurstNeuron neuron, Tensor mean, Tensor count)
        {
            Tensor analog = mean.clamp(0, neuron.Largest);
            return count.detach() + analog - analog.detach();
        }
        Tensor value = Tandem(first, x.matmul(weights[0].t()), hidden.mean([0]));
        Tandem(second, value.matmul(weights[1].t()), output.mean([0])).pow(2).sum().backward();

        for (int i = 0; i < 2; i++)
        {
            GoldenFiles.AssertClose(Doubles(weights[i].grad!), Doubles(stepwise[i]), Tolerance, $"weights {i}");
            Assert.Contains(gradient => gradient != 0, Doubles(stepwise[i]));
        }
    }

    [TestMethod]
    [DataRow(1, 1)]
    [DataRow(4, 1)]
    [DataRow(4, 5)]
    public unsafe void Executor_AnyCurrent_GivesWhatTrainingGives(int steps, int most)
    {
        const int Size = 1_003;
        var neuron = new BurstNeuron { Threshold = 0.37, MaximumSpikes = most };
        var random = new Random(3);
        float[] current = [.. Enumerable.Range(0, steps * Size).Select(_ => (float)((random.NextDouble() * 4) - 1.5))];
        float[] output = new float[current.Length], scratch = new float[Size];
        fixed (float* from = current, to = output, potential = scratch)
        {
            new BurstExecutor(neuron, steps, Size, constantCurrent: false).Run(from, to, potential);
        }
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        Tensor values = Run(neuron, tensor(current, [steps, 1, Size]));
        Assert.AreSequenceEqual(values.contiguous().data<float>().ToArray(), output);
        Assert.IsGreaterThan(1, output.Distinct().Count());
    }

    private static Tensor Run(BurstNeuron neuron, Tensor currents) =>
        new TorchBurst(neuron).Forward(new(currents, (int)currents.shape[0], IsConstant: false), []).Values;

    private static Tensor Matrix(string name)
    {
        JsonElement element = Golden.GetProperty(name);
        double[] values = Flat(element);
        return element[0].ValueKind != JsonValueKind.Array ? tensor(values)
            : tensor(values, [element.GetArrayLength(), element[0].GetArrayLength()]);
    }

    private static double[] Doubles(Tensor values) => values.detach().contiguous().data<double>().ToArray();

    private static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)] : [element.GetDouble()];
}
