using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Tests.Neurons.Kernels;
using Microsoft.ML.Spiking.Training.Cuda;
using Microsoft.ML.Spiking.Training.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Tests.Training.Cuda;

/// <summary>The test of the kernels at the first use of a device, with the CPU as the device.</summary>
[TestClass]
public sealed class CudaSelfTestTests
{
    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestInitialize]
    public void SkipWithoutCompiler() => HostCompiler.SkipWhereThereIsNone();

    [TestMethod]
    public void Run_KernelsThatWork_Passes()
    {
        CudaUse use = CudaUse.Open(
            0, () => new HostDriver(), () => new HostCompiler(), kernels => CudaSelfTest.Run(kernels, CPU));
        Assert.IsNull(use.Reason);
        Assert.IsNotNull(use.Kernels);
    }

    [TestMethod]
    public void Run_KernelsThatDoNothing_SaysWhatWasWrong()
    {
        CudaUse use = CudaUse.Open(0, () => new HostDriver { IsIdle = true }, () => new HostCompiler(),
            kernels => CudaSelfTest.Run(kernels, CPU));
        Assert.MatchesRegex(@"^in the self-test of ClifNeuron \d+ of 4096 spikes were wrong$", use.Reason);
    }

    /// <summary>Each kernel that is launched is compared: none can do nothing and not be noticed.</summary>
    [TestMethod]
    public void Run_OneKernelThatDoesNothing_IsNoticed()
    {
        var complete = new HostDriver();
        CudaSelfTest.Run(CudaKernels.Open(complete, new HostCompiler(), 0), CPU);
        string[] kernels = [.. complete.Launched.Distinct()];
        Assert.IsEmpty(PlainProgram.All.SelectMany(program => HostCompiler.Kernels(program.Source)).Except(kernels));
        FillNewTensors(true); // an earlier run may have left the right values in their memory
        try
        {
            foreach (string kernel in kernels)
            {
                CudaUse use = CudaUse.Open(0, () => new HostDriver { IdleKernel = kernel }, () => new HostCompiler(),
                    opened => CudaSelfTest.Run(opened, CPU));
                Assert.IsNotNull(use.Reason, kernel);
                Assert.StartsWith("in the self-test of ", use.Reason);
            }
        }
        finally
        {
            FillNewTensors(false);
        }
    }

    /// <summary>A card's approximate functions must not affect a spike of the self-test.</summary>
    [TestMethod]
    public void Run_Currents_KeepPotentialsFromTheThreshold()
    {
        foreach (SpikingNeuronDefinition definition in CudaSelfTest.Definitions)
        {
            double learned = definition.LearnedScalars.Count == 0 ? 0 : definition.LearnedScalars[0].Initial;
            var reference = new ReferenceNeuron(
                definition, learned, [.. CudaSelfTest.Currents().Select(x => (double)x)], CudaSelfTest.TimeSteps);
            Assert.AreEqual(0, Enumerable.Range(0, CudaSelfTest.Neurons).Count(i => reference.IsDoubtful(i, 1e-4)));
            Assert.IsGreaterThan(500, reference.Spikes.Sum());
        }
        // Weight and bias undo the normalization.
        var behindNorm = new ReferenceNeuron(
            new ClifNeuron(), 0, [.. CudaSelfTest.Unnormalized().Select(x => (double)x)], CudaSelfTest.TimeSteps);
        Assert.AreEqual(0, Enumerable.Range(0, CudaSelfTest.Neurons).Count(i => behindNorm.IsDoubtful(i, 1e-4)));
        Assert.IsGreaterThan(500, behindNorm.Spikes.Sum());
        Assert.AreEqual((0.3, 0.6), (Math.Round(CudaSelfTest.Moments().Mean, 1),
            Math.Round(CudaSelfTest.Moments().Deviation, 1)));
    }

    // With deterministic algorithms libtorch fills new tensors with what is not a number. TorchSharp lacks the switch.
    private static unsafe void FillNewTensors(bool isOn)
    {
        nint library = NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so"));
        var context = (delegate* unmanaged<nint>)NativeLibrary.GetExport(library, "_ZN2at13globalContextEv");
        var set = (delegate* unmanaged<nint, byte, byte, void>)NativeLibrary.GetExport(
            library, "_ZN2at7Context26setDeterministicAlgorithmsEbb");
        set(context(), (byte)(isOn ? 1 : 0), 1);
        using Tensor fresh = empty([1], ScalarType.Float64);
        Assert.IsTrue(!isOn || double.IsNaN(fresh.item<double>()));
    }
}
