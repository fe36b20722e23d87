using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch;
using Microsoft.ML.Spiking.Training.Torch.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>
/// Feedback layers against reference vectors, in double precision; and the solver that is damped beside the one that
/// spikes (Xiao et al. 2023, arXiv 2302.00232), which this library leaves out for that reason.
/// </summary>
[TestClass]
public sealed class FeedbackGoldenTests
{
    private const double Tolerance = 1e-10;
    private static readonly JsonElement Golden = GoldenFiles.Read("methods/ide.json");
    private static readonly JsonElement Spide = GoldenFiles.Read("methods/spide.json");

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Backward_AtTheEquilibrium_GivesTheReferencesGradients()
    {
        JsonElement of = Golden.GetProperty("implicit");
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork network = Network(timeSteps: 1, isAtEquilibrium: true);

        Tensor logits = Run(network, out Tensor loss);

        GoldenFiles.AssertClose(Flat(of.GetProperty("logits")), Doubles(logits), Tolerance, "logits");
        GoldenFiles.AssertClose([of.GetProperty("loss").GetDouble()], Doubles(loss), Tolerance, "loss");
        foreach ((string array, string gradient) in new[]
        {
            ("feedback.weight", "gradW"), ("fc.weight", "gradF"), ("fc.bias", "gradB"), ("out.weight", "gradC"),
            ("out.bias", "gradc"),
        })
        {
            GoldenFiles.AssertClose(Flat(of.GetProperty(gradient)), Doubles(network.Parameters[array].grad!),
                Tolerance, gradient);
        }
    }

    [TestMethod]
    public void Forward_OverTimeSteps_GivesTheReferencesRatesAndGradient()
    {
        // A network has at most 1,000 time steps.
        foreach (JsonElement of in Golden.GetProperty("spiking").EnumerateArray()
            .Where(of => of.GetProperty("T").GetInt32() <= 1_000))
        {
            using DisposeScope scope = NewDisposeScope();
            using TorchNetwork network = Network(of.GetProperty("T").GetInt32(), isAtEquilibrium: false);
            Tensor? rates = null;
            Run(network, out _, new ForwardPass { NeuronOutputs = (_, values) => rates = Kept(values) });
            GoldenFiles.AssertClose(Flat(of.GetProperty("rate")), Doubles(rates!), Tolerance, "rates");
            double distance = Flat(Golden.GetProperty("equilibrium")).Zip(Doubles(rates!))
                .Max(pair => Math.Abs(pair.First - pair.Second));
            Assert.AreEqual(of.GetProperty("distance").GetDouble(), distance, Tolerance);
            if (of.GetProperty("gradW").ValueKind == JsonValueKind.Array)
            {
                GoldenFiles.AssertClose(Flat(of.GetProperty("gradW")),
                    Doubles(network.Parameters["feedback.weight"].grad!), Tolerance, "gradient");
            }
        }
    }

    [TestMethod]
    public void Forward_Leak_GivesTheReferencesWeightedRates()
    {
        JsonElement of = Golden.GetProperty("spikingLif");
        using DisposeScope scope = NewDisposeScope();
        using TorchNetwork network = Network(
            of.GetProperty("T").GetInt32(), isAtEquilibrium: false, of.GetProperty("leak").GetDouble());
        Tensor? rates = null;
        Run(network, out _, new ForwardPass { NeuronOutputs = (_, values) => rates = Kept(values) });
        GoldenFiles.AssertClose(Flat(of.GetProperty("weightedRate")), Doubles(rates!), Tolerance, "rates");
    }

    /// <summary>
    /// Spikes as the solver: 250 steps, of which each loads a row of weights for each of 0.11 spikes per neuron, end at
    /// an error of 0.004; the damped solver is below that after 5 products of the whole matrix, and at 1e-9 after 30.
    /// </summary>
    [TestMethod]
    public void Solve_BySpikesAndDamped_HaveTheReferencesErrors()
    {
        double[][] weight = Rows(Golden.GetProperty("W")), gradient = Rows(Spide.GetProperty("gradOfRate"));
        double[][] mask = Rows(Spide.GetProperty("mask")), exact = Rows(Spide.GetProperty("betaExact"));
        double range = Spide.GetProperty("vth").GetDouble() - Spide.GetProperty("uRest").GetDouble();
        double[] Through(double[] values, double[] passes) => [.. Enumerable.Range(0, 5).Select(j =>
            Enumerable.Range(0, 5).Sum(i => weight[i][j] * passes[i] * values[i]) / range)];
        foreach (JsonElement of in Spide.GetProperty("backward").EnumerateArray())
        {
            double scale = of.GetProperty("scale").GetDouble();
            int steps = of.GetProperty("backSteps").GetInt32();
            double size = Spide.GetProperty("vthBack").GetDouble() - Spide.GetProperty("uRestBack").GetDouble();
            double limit = Spide.GetProperty("vthBack").GetDouble(), error = 0, spikes = 0;
            for (int row = 0; row < 2; row++)
            {
                double[] u = new double[5], s = new double[5], sum = new double[5];
                for (int t = 0; t < steps; t++)
                {
                    double[] back = Through(s, mask[row]);
                    for (int i = 0; i < 5; i++)
                    {
                        u[i] += (t == 0 ? 0 : back[i]) + (scale * gradient[row][i]);
                        s[i] = u[i] >= limit ? size : u[i] <= -limit ? -size : 0;
                        u[i] -= s[i];
                        sum[i] += s[i];
                        spikes += s[i] == 0 ? 0 : 1;
                    }
                }
                double[] beta = [.. sum.Select(value => value / steps / scale)];
                GoldenFiles.AssertClose(Rows(of.GetProperty("beta"))[row], beta, Tolerance, "beta");
                error = Math.Max(error, beta.Zip(exact[row], (a, b) => Math.Abs(a - b)).Max());
            }
            Assert.AreEqual(of.GetProperty("error").GetDouble(), error, Tolerance);
            Assert.AreEqual(of.GetProperty("spikesPerNeuronAndStep").GetDouble(), spikes / (10 * steps), 1e-12);
        }
        foreach (JsonElement of in Spide.GetProperty("maxErrorOfDampedBeta").EnumerateArray())
        {
            double error = 0;
            for (int row = 0; row < 2; row++)
            {
                double[] beta = gradient[row];
                for (int i = 0; i < of.GetProperty("iterations").GetInt32(); i++)
                {
                    double[] through = Through(beta, mask[row]);
                    beta = [.. beta.Select((value, j) => (value + through[j] + gradient[row][j]) / 2)];
                }
                error = Math.Max(error, beta.Zip(exact[row], (a, b) => Math.Abs(a - b)).Max());
            }
            Assert.AreEqual(of.GetProperty("error").GetDouble(), error, 0.02 * error);
        }
    }

    private static Tensor Run(TorchNetwork network, out Tensor loss, ForwardPass? pass = null)
    {
        Tensor x = tensor(Flat(Golden.GetProperty("x")), [2, 3]);
        Tensor logits = network.Forward(x, pass ?? ForwardPass.Evaluation).mean([0]);
        loss = nn.functional.cross_entropy(logits, tensor(Golden.GetProperty("labels").Longs()));
        loss.backward();
        return logits;
    }

    private static TorchNetwork Network(int timeSteps, bool isAtEquilibrium, double leak = 1)
    {
        var definition = new NetworkDefinition([3], timeSteps, new DirectEncoder(),
            [
                new LinearLayer("fc", 3, 5),
                new FeedbackLayer("feedback", 5, Golden.GetProperty("vth").GetDouble(), leak, isAtEquilibrium),
                new LinearLayer("out", 5, 3),
            ], 3);
        var network = new TorchNetwork(definition, CPU, ScalarType.Float64);
        using IDisposable noGradient = no_grad();
        foreach ((string array, string name) in new[]
        {
            ("fc.weight", "F"), ("fc.bias", "b"), ("feedback.weight", "W"), ("out.weight", "C"), ("out.bias", "c"),
        })
        {
            Tensor parameter = network.Parameters[array];
            parameter.copy_(tensor(Flat(Golden.GetProperty(name)), parameter.shape));
        }
        return network;
    }

    private static Tensor Kept(Tensor values) => values.detach().clone().DetachFromDisposeScope();

    private static double[][] Rows(JsonElement element) => [.. element.EnumerateArray().Select(row => row.Doubles())];

    private static double[] Doubles(Tensor values) => values.detach().contiguous().data<double>().ToArray();

    private static double[] Flat(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray().SelectMany(Flat)] : [element.GetDouble()];
}
