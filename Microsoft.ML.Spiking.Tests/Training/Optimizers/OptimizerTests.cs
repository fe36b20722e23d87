using Microsoft.ML.Spiking.Training.Loop;
using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Optimizers;

/// <summary>The optimizers against those of TorchSharp, which follow PyTorch's.</summary>
[TestClass]
public sealed class OptimizerTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [DataRow(0.9, 5e-4)]
    [DataRow(0.9, 0.0)]
    [DataRow(0.0, 5e-4)]
    public void Step_Sgd_EqualsTorchSharps(double momentum, double decay) => AssertEqual(
        own => new Microsoft.ML.Spiking.Training.Optimizers.Sgd(own, momentum, decay),
        theirs => optim.SGD(theirs, 0.1, momentum, weight_decay: decay));

    [TestMethod]
    [DataRow(0.01)]
    [DataRow(0.0)]
    public void Step_AdamW_EqualsTorchSharps(double decay) => AssertEqual(
        own => new Microsoft.ML.Spiking.Training.Optimizers.AdamW(own, decay),
        theirs => optim.AdamW(theirs, 0.1, weight_decay: decay));

    [TestMethod]
    [DataRow(100.0)]
    [DataRow(0.5)]
    public void Apply_Clipping_ScalesAllGradientsToTheNorm(double maximum)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor first = tensor(new double[] { 1, 2 }).requires_grad_();
        Tensor second = tensor(new double[] { 3 }).requires_grad_();
        Tensor unused = tensor(new double[] { 4 }).requires_grad_();
        (first.square().sum() + second.square().sum()).backward(); // gradients 2, 4 and 6: norm sqrt(56)

        GradientClipping.Apply([first, second, unused], maximum);

        double factor = Math.Min(1, maximum / (Math.Sqrt(56) + 1e-6));
        double[] clipped = [.. first.grad!.data<double>(), .. second.grad!.data<double>()];
        GoldenFiles.AssertClose([2 * factor, 4 * factor, 6 * factor], clipped, 1e-12, "gradient");
        Assert.IsNull(unused.grad);
    }

    [TestMethod]
    [DataRow(OptimizerKind.Sgd, 1)]
    [DataRow(OptimizerKind.Sgd, 2)]
    [DataRow(OptimizerKind.AdamW, 1)]
    [DataRow(OptimizerKind.AdamW, 2)]
    public void Step_InMemory_EqualsTensorOperations(OptimizerKind kind, int threads) => TrainingThread.Run(() =>
    {
        using DisposeScope scope = NewDisposeScope();
        TorchThreads.SetForThisThread(threads);
        using var random = new Generator(3);
        Tensor start = randn([211, 233], generator: random); // several chunks, and a part of one
        Tensor inMemory = start.clone().requires_grad_();
        Tensor inTensors = start.t().contiguous().t().requires_grad_(); // not contiguous
        TrainingSettings settings = Toy.Settings with { Optimizer = kind, WeightDecay = 0.1 };
        using Optimizer first = Optimizer.Create(settings, [inMemory]);
        using Optimizer second = Optimizer.Create(settings, [inTensors]);
        for (int step = 0; step < 4; step++)
        {
            // Each column the same gradient: of a stride of 0, as autograd gives it.
            Tensor gradient = randn([211, 1], generator: random).expand(211, 233);
            inMemory.grad = gradient;
            inTensors.grad = gradient.clone();
            first.Step(0.1);
            second.Step(0.1);
        }

        Assert.IsTrue(inMemory.is_contiguous());
        Assert.IsFalse(inTensors.is_contiguous());
        Assert.IsGreaterThan(0.1f, (inMemory.detach() - start).abs().max().item<float>());
        Assert.IsLessThan(1e-5f, (inMemory.detach() - inTensors.detach()).abs().max().item<float>());
        return 0;
    });

    private static void AssertEqual(
        Func<IReadOnlyList<Tensor>, Optimizer> own, Func<IEnumerable<Parameter>, optim.Optimizer> theirs)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] ours = [Start().requires_grad_(), (Start() * 2).detach().requires_grad_()];
        Parameter[] reference = [new(Start()), new((Start() * 2).detach())];
        using Optimizer optimizer = own(ours);
        using optim.Optimizer oracle = theirs(reference);
        for (int step = 0; step < 6; step++)
        {
            oracle.zero_grad();
            Objective(ours).backward();
            Objective(reference).backward();
            optimizer.Step(0.1);
            oracle.step();
        }
        for (int i = 0; i < ours.Length; i++)
        {
            GoldenFiles.AssertClose(reference[i].detach().data<double>().ToArray(),
                ours[i].detach().data<double>().ToArray(), 1e-12, $"array {i}");
            Assert.IsNull(ours[i].grad);
        }
    }

    private static Tensor Start() => tensor(new double[] { 0.5, -1.5, 2.0 });

    private static Tensor Objective(IReadOnlyList<Tensor> arrays) =>
        (arrays[0] * arrays[1].sin()).sum() + arrays[0].pow(4).sum();
}
