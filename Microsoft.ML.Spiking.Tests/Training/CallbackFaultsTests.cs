using Microsoft.ML.Spiking.Training.Native;
using Microsoft.ML.Spiking.Training.Torch.Autograd;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training;

/// <summary>
/// An exception in a custom function's backward pass, which native code calls, reaches the caller of the backward pass.
/// </summary>
[TestClass]
public sealed class CallbackFaultsTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    public void Backward_FunctionThrows_ThrowsTheSameAndGivesNoGradient()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f }).requires_grad_();
        var fault = new InvalidTimeZoneException();

        Exception caught = Assert.ThrowsExactly<InvalidTimeZoneException>(
            () => CallbackFaults.Backward(Faulty.Apply(Faulty.Apply(x, new InvalidCastException()) * 3, fault).sum()));

        Assert.AreSame(fault, caught); // the first in the backward pass; the other function gets no gradient
        Assert.IsNull(x.grad);
    }

    [TestMethod]
    public void Backward_AfterAFault_IsAsBefore()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(new[] { 1f, 2f }).requires_grad_();
        Assert.ThrowsExactly<InvalidCastException>(
            () => CallbackFaults.Backward(Faulty.Apply(x, new InvalidCastException()).sum()));

        CallbackFaults.Backward(Faulty.Apply(x, null).sum());

        Assert.AreSequenceEqual([1f, 1f], x.grad!.data<float>().ToArray());
    }

    [TestMethod]
    public void Backward_NativeFault_IsThrown()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        Tensor once = (x * x).sum();
        CallbackFaults.Backward(once);
        Assert.Contains("a second time", Assert.Throws<Exception>(() => CallbackFaults.Backward(once)).Message);
    }

    [TestMethod]
    public void Backward_GradientsThatWereHandedOver_AreReleasedWithIt()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        var operation = new Remembering();
        CallbackFaults.Backward(operation.Run(x).sum());
        Assert.AreSequenceEqual([1f, 1f], x.grad!.data<float>().ToArray());
        Assert.IsTrue(operation.Gradient!.IsInvalid);
    }

    /// <summary>On CUDA the callbacks run on a thread of autograd's own.</summary>
    [TestMethod]
    public void HandOver_OnAnotherThread_IsReleasedByTheOwners()
    {
        CallbackGradients owner = CallbackGradients.OfThisThread;
        Tensor gradient = ones(2).DetachFromDisposeScope();
        var thread = new Thread(() =>
        {
            owner.HandOver([gradient, null]);
            CallbackGradients.Release(); // that thread's own
        });
        thread.Start();
        thread.Join();
        Assert.IsFalse(gradient.IsInvalid);

        CallbackGradients.Release();

        Assert.IsTrue(gradient.IsInvalid);
    }

    [TestMethod]
    public void Record_CustomOperation_LeavesItsResultAloneInTheScope()
    {
        using DisposeScope outer = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        using DisposeScope scope = NewDisposeScope();
        _ = new Remembering().Run(x);
        Assert.AreEqual(1, scope.DisposablesCount);
    }

    private sealed class Remembering : CustomOperation
    {
        public Tensor? Gradient { get; private set; }

        public Tensor Run(Tensor x) => Record(x);

        internal override Tensor Forward(IReadOnlyList<Tensor> inputs, ICollection<Tensor> saved) => inputs[0].clone();

        internal override IEnumerable<Tensor?> Backward(IReadOnlyList<Tensor> saved, Tensor upstream) =>
            [Gradient = upstream.clone()];
    }

    private sealed class Faulty : autograd.SingleTensorFunction<Faulty>
    {
        private const string FaultKey = "fault";

        public override string Name => nameof(Faulty);

        public static Tensor Apply(Tensor x, Exception? fault) => apply(x, new Box(fault));

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            CallbackFaults.Expect(ctx, vars);
            ctx.save_data(FaultKey, vars[1]);
            return ((Tensor)vars[0]).clone();
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            CallbackFaults.Guard(ctx, grad_output, upstream => ((Box)ctx.get_data(FaultKey)).Fault is Exception fault
                ? throw fault
                : [upstream.clone(), null]);
    }

    private sealed record Box(Exception? Fault);
}
