using Microsoft.ML.Spiking.Training;
using Microsoft.ML.Spiking.Training.EventProducts;
using Microsoft.ML.Spiking.Training.TorchNeurons;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.EventProducts;

/// <summary>The products by events against torch's dense ones in float64.</summary>
[TestClass]
public sealed class EventLinearTests
{
    private const double Threshold = 1;
    private const double Distance = 0.5;
    private const double Tolerance = 1e-5;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    public static IEnumerable<object[]> Shapes =>
        from shape in new (int Rows, int Inputs, int Outputs)[]
            { (1, 1, 1), (3, 5, 10), (40, 33, 64), (97, 130, 131), (200, 70, 300), (600, 520, 512), (17, 2000, 129) }
        from density in new[] { 0.0, 0.1, 0.29 }
        select new object[] { shape.Rows, shape.Inputs, shape.Outputs, density };

    [TestMethod]
    [DynamicData(nameof(Shapes))]
    public void Run_RandomEvents_GivesTheDenseValuesAndGradients(int rows, int inputs, int outputs, double density)
    {
        foreach (bool isTransposed in new[] { false, true })
        {
            foreach (bool hasReach in new[] { false, true })
            {
                AssertAgrees(rows, inputs, outputs, density, isTransposed, hasReach);
            }
        }
    }

    [TestMethod]
    public void Run_AnyNumberOfThreads_GivesTheSameBits()
    {
        int threads = get_num_threads();
        try
        {
            set_num_threads(1);
            float[] expected = Values();
            set_num_threads(3);
            Assert.AreSequenceEqual(expected, Values());
        }
        finally
        {
            set_num_threads(threads);
        }

        static float[] Values()
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor input, Tensor weight, Tensor bias, Tensor upstream, Tensor potential) = Draw(250, 300, 200, 0.2, true);
            Tensor output = EventLinearFunction.Run(input, weight, bias,
                new(new(input, potential, Threshold, Distance), needsInputGradient: true));
            output.backward([upstream]);
            CallbackGradients.Release();
            return [.. Floats(output), .. Floats(input.grad!), .. Floats(weight.grad!), .. Floats(bias.grad!)];
        }
    }

    [TestMethod]
    public void Suits_DenseOrForeignInput_Declines()
    {
        using DisposeScope scope = NewDisposeScope();
        Assert.IsTrue(EventLinear.Suits(zeros([4, 8], ScalarType.Float32)));
        Assert.IsFalse(EventLinear.Suits(ones([4, 8], ScalarType.Float32)));
        Assert.IsFalse(EventLinear.Suits(zeros([4, 8], ScalarType.Float64)));
        Assert.IsFalse(EventLinear.Suits(zeros([8, 4], ScalarType.Float32).t()));
        Assert.IsFalse(EventLinear.Suits(zeros([0, 4], ScalarType.Float32)));
    }

    private static void AssertAgrees(int rows, int inputs, int outputs, double density, bool isTransposed, bool hasReach)
    {
        using DisposeScope scope = NewDisposeScope();
        string what = $"transposed {isTransposed} reach {hasReach}";
        (Tensor input, Tensor weight, Tensor bias, Tensor upstream, Tensor potential) =
            Draw(rows, inputs, outputs, density, isTransposed);
        Tensor[] leaves = [input, weight, bias];
        Tensor[] exact = [.. leaves.Select(leaf => leaf.detach().to(ScalarType.Float64).requires_grad_())];

        Tensor expected = nn.functional.linear(exact[0], exact[1], exact[2]);
        expected.backward([upstream.to(ScalarType.Float64)]);
        Tensor actual = EventLinearFunction.Run(input, weight, bias,
            new(hasReach ? new(input, potential, Threshold, Distance) : null, needsInputGradient: true));
        actual.backward([upstream]);
        CallbackGradients.Release();

        AssertClose(expected, actual, $"{what}: values");
        AssertClose(exact[1].grad!, weight.grad!, $"{what}: weight");
        AssertClose(exact[2].grad!, bias.grad!, $"{what}: bias");
        // Out of reach the gradient may be 0 instead.
        float[] potentials = Floats(potential), gradient = Floats(input.grad!), wanted = Floats(exact[0].grad!);
        for (int i = 0; i < gradient.Length; i++)
        {
            bool isUsed = !hasReach || Math.Abs(potentials[i] - Threshold) <= Distance;
            Assert.IsTrue(isUsed || gradient[i] == 0 || IsClose(wanted[i], gradient[i]), what);
            Assert.IsTrue(!isUsed || IsClose(wanted[i], gradient[i]), $"{what}: input {i}: {gradient[i]}, expected {wanted[i]}");
        }
    }

    private static (Tensor Input, Tensor Weight, Tensor Bias, Tensor Upstream, Tensor Potential) Draw(
        int rows, int inputs, int outputs, double density, bool isTransposed)
    {
        var random = new Random(rows + inputs);
        Tensor Uniform(float from, float to, params long[] shape) => tensor(
            [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => from + ((to - from) * random.NextSingle()))], shape);
        float[] events = [.. Enumerable.Range(0, rows * inputs)
            .Select(_ => random.NextDouble() < density ? (random.Next(2) == 0 ? 1f : random.NextSingle() - 0.5f) : 0f)];
        Tensor weight = isTransposed ? Uniform(-1, 1, inputs, outputs).t().detach() : Uniform(-1, 1, outputs, inputs);
        return (tensor(events, [rows, inputs]).requires_grad_(), weight.requires_grad_(), Uniform(-1, 1, outputs).requires_grad_(),
            Uniform(-1, 1, rows, outputs), Uniform(-1.5f, 2, rows, inputs));
    }

    private static void AssertClose(Tensor expected, Tensor actual, string what)
    {
        Assert.AreSequenceEqual(expected.shape, actual.shape, what);
        Assert.IsTrue(Floats(expected).Zip(Floats(actual)).All(pair => IsClose(pair.First, pair.Second)), what);
    }

    // Sums of up to 2,000 products.
    private static bool IsClose(float expected, float actual) =>
        Math.Abs(expected - actual) <= Tolerance * Math.Max(10, Math.Abs(expected));

    private static float[] Floats(Tensor tensor) => tensor.detach().to(ScalarType.Float32).contiguous().data<float>().ToArray();
}
