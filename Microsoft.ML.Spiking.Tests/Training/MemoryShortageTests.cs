using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Tests.Networks;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Training;

[TestClass]
public sealed class MemoryShortageTests
{
    private const string Advice =
        "Lower BatchSize (and raise GradientAccumulation by as much) or TimeSteps, or set ActivationCheckpointing.";

    [TestMethod]
    [DataRow("[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to " +
        "allocate 536870912 bytes. Error code 12 (Cannot allocate memory)", "512 MiB more were asked for,")]
    [DataRow("[enforce fail at alloc_cpu.cpp:121] data. DefaultCPUAllocator: not enough memory: you tried to " +
        "allocate 1610612736 bytes.",
        "1.5 GiB more were asked for,")]
    [DataRow("CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of 79.10 GiB of which 1.02 " +
        "GiB is free.",
        "2.25 GiB more were asked for on the GPU,")]
    [DataRow("CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 8.00 GiB total capacity)",
        "20.00 MiB more were asked for on the GPU,")]
    [DataRow("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "more was asked for than the GPU has,")]
    [DataRow("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED",
        "more was asked for than the GPU has,")]
    [DataRow("cuDNN error: CUDNN_STATUS_ALLOC_FAILED", "more was asked for than the GPU has,")]
    [DataRow("libtorch failed in the gradient of a convolution, most likely because the device is out of memory.",
        "more was asked for than the GPU has,")]
    [DataRow("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported",
        "more was asked for than the GPU has,")]
    public void Explain_TextOfAnAllocator_SaysHowMuchAndWhatToLower(string native, string asked)
    {
        var fault = new InvalidOperationException(native);

        InsufficientMemoryException? found =
            MemoryShortage.Explain(fault, Toy.Network(timeSteps: 6), Toy.Settings with { BatchSize = 128 });

        Assert.AreEqual(
            $"The training ran out of memory: {asked} for batches of 128 rows at 6 time steps. {Advice}",
            found?.Message);
        Assert.AreSame(fault, found?.InnerException);
    }

    [TestMethod]
    public void Explain_WhatIsUsedOrDecidedByTheData_IsNotAdvised()
    {
        var fault = new InvalidOperationException("you tried to allocate 4096 bytes");
        NetworkDefinition frames = new ConvNet(2).Bind(Bindings.Image(1, 4) with { HasTimeAxis = true });

        string message =
            MemoryShortage.Explain(fault, frames, Toy.Settings with { ActivationCheckpointing = true })!.Message;

        Assert.EndsWith(": 4 KiB more were asked for, for batches of 16 rows at 2 time steps. " +
            "Lower BatchSize (and raise GradientAccumulation by as much) or the rows' time steps.", message);
    }

    [TestMethod]
    public void Explain_ManagedMemory_HasASentenceToo() => Assert.Contains("the process was given no more",
        MemoryShortage.Explain(new InsufficientMemoryException(), Toy.Network(), Toy.Settings)!.Message);

    [TestMethod]
    public void ExplainScoring_TextOfAnAllocator_SaysWhatToDo()
    {
        var fault = new InvalidOperationException("CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total");

        InsufficientMemoryException? found =
            MemoryShortage.ExplainScoring(fault, Toy.Network(timeSteps: 6), rows: 8192);

        Assert.AreEqual(
            "Scoring ran out of memory: 2.25 GiB more were asked for on the GPU, for 8192 rows at once at 6 " +
            "time steps. Score with ScoringBackend.Managed, which needs little, or free memory of the device.",
            found?.Message);
        Assert.IsNull(MemoryShortage.ExplainScoring(new InvalidTimeZoneException(), Toy.Network(), 1));
    }

    [TestMethod]
    public void Explain_AnythingElse_IsNull()
    {
        Assert.IsNull(MemoryShortage.Explain(new InvalidOperationException("mat1 and mat2 shapes cannot be multiplied"),
            Toy.Network(), Toy.Settings));
        Assert.IsNull(MemoryShortage.Explain(new InvalidTimeZoneException(), Toy.Network(), Toy.Settings));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_BatchOfTerabytes_SaysHowMuchAndTheNextTrainingRuns(bool activationCheckpointing)
    {
        HugeAllocations.SkipWhereTheyArePromised();
        // The largest image that a definition may have, and the largest batch.
        NetworkDefinition network =
            new NetworkBuilder().Convolution(1, 1, padding: 2_894).Neuron().AdaptiveAveragePool(1)
            .Build().Bind(Bindings.Image(2, 2));

        string message = Assert.ThrowsExactly<InsufficientMemoryException>(() => Toy.Train(
            Toy.Settings with { BatchSize = 65_536, ActivationCheckpointing = activationCheckpointing },
            Toy.Rows(65_536), network: network)).Message;

        Assert.MatchesRegex(
            @"^The training ran out of memory: [\d.]+ TiB more were asked for, for batches of [\d,]+ rows at " +
            @"2 time steps\. ", message);
        Assert.HasCount(1, Toy.Train(Toy.Settings with { Epochs = 1 }).History);
    }
}
