using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>The number of threads that a training starts by default.</summary>
[TestClass]
public sealed class TorchThreadsTests
{
    [TestMethod]
    public void Occupied_FlowersOrToys_IsOneThread()
    {
        Assert.AreEqual(1, TorchThreads.Occupied(Bind(new Mlp(16), [4]), batchSize: 64));
        Assert.AreEqual(1, TorchThreads.Occupied(Bind(new Mlp(128), [784]), batchSize: 128));
    }

    [TestMethod]
    public void Occupied_LargerBatches_IsMoreThreads()
    {
        // 784 x 512 once and 512 x 512 at each of six steps, for 128 rows: 256.6 million multiply-adds.
        NetworkDefinition network = Bind(new Mlp(512, 512), [784], timeSteps: 6);
        Assert.AreEqual(16, TorchThreads.Occupied(network, batchSize: 128));
        Assert.AreEqual(1, TorchThreads.Occupied(network, batchSize: 8));
    }

    [TestMethod]
    public void Occupied_Convolutions_CountsEachPlaceAndBothPathsOfAResidualLayer()
    {
        NetworkDefinition network = Bind(new SpikingResNet(18), [3, 32, 32]);
        double products = network.AllLayers.Count(layer => layer is Spiking.Networks.ConvolutionLayer) > 17
            ? TorchThreads.Occupied(network, batchSize: 64) : 0;
        // About 0.56 billion multiply-adds per image and step; the first layer's are done once.
        Assert.IsInRange(0.9 * 64 * 4 * 0.555e9 / 16e6, 1.01 * 64 * 4 * 0.56e9 / 16e6, products);
    }

    [TestMethod]
    public void Run_SmallNetwork_StartsNoThreads()
    {
        if (NativeEnvironment.Get("OMP_NUM_THREADS") is not null
            || NativeEnvironment.Get("MKL_NUM_THREADS") is not null)
        {
            Assert.Inconclusive("Environment variables of this process set the number of threads.");
        }
        var observer = new RecordingObserver();
        Toy.Train(Toy.Settings with { Epochs = 1, Threads = null }, observer: observer);
        Assert.Contains("Training on the CPU with 1 thread.", observer.Infos);
    }

    private static NetworkDefinition Bind(NetworkTemplate template, int[] shape, int timeSteps = 4) =>
        template.Bind(new(shape, 10, timeSteps, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
}
