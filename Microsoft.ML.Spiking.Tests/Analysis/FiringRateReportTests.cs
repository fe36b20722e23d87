using System.Text.Json;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Tests.Scoring;

namespace Microsoft.ML.Spiking.Tests.Analysis;

[TestClass]
public sealed class FiringRateReportTests
{
    [TestMethod]
    public void Build_CountableNetwork_GivesTheRatesCountedByHand()
    {
        FiringRateReport report = Report([([1f], 1)]);
        LayerFiring layer = report.Layers.Single();

        Assert.AreEqual(0.5, report.MeanRate);
        Assert.AreEqual((1L, 0L, 4), (report.Rows, report.SkippedRows, report.TimeSteps));
        Assert.AreEqual(("neuron1", 3, 0.5), (layer.Name, layer.Neurons, layer.Rate));
        Assert.AreSequenceEqual([1, 0.5, 0], layer.NeuronRates);
        Assert.AreSequenceEqual([1 / 3d, 2 / 3d, 1 / 3d, 2 / 3d], layer.StepRates);
        Assert.AreEqual((1, 1), (layer.DeadNeurons, layer.SaturatedNeurons));
        Assert.AreSequenceEqual([1, 0, 1, 1], layer.Histogram);
        Assert.AreSequenceEqual([("yes", 1L, 0.5)],
            layer.ClassRates.Select(rate => (rate.Class, rate.Rows, rate.Rate)));
    }

    [TestMethod]
    public void Build_RowsOfTwoClasses_GivesTheRatesOfEach()
    {
        FiringRateReport report = Report([([1f], 1), ([0f], 0), ([2f], 1), ([0f], -1)]);

        // With 2: the first fires at every step, and so does the second.
        Assert.AreSequenceEqual([("no", 1L, 0), ("yes", 2L, (6 + 8) / 24d)],
            report.Layers[0].ClassRates.Select(rate => (rate.Class, rate.Rows, rate.Rate)));
        Assert.AreEqual(14 / 48d, report.MeanRate);
    }

    [TestMethod]
    public void Build_RowWithAMissingFeature_IsLeftOutAndCounted()
    {
        FiringRateReport report = Report([([float.NaN], 1), ([1f], 1)]);

        Assert.AreEqual((1L, 1L, 0.5), (report.Rows, report.SkippedRows, report.MeanRate));
        Assert.Contains("1 rows had missing", report.ToString());
    }

    [TestMethod]
    public void Build_Images_NumbersNeuronsChannelByChannel()
    {
        NetworkDefinition network = HandMade.Image();
        FiringRateReport report = FiringRateBuilder.Build(network, HandMade.ImageWeights(network),
            HandMade.Rows(([1f, 0f, 0f, 1f], 0)), new() { RasterRows = [0] });

        Assert.AreSequenceEqual([1, 0, 0, 1, 0.5, 0, 0, 0.5], report.Layers.Single().NeuronRates);
        Assert.AreSequenceEqual([2, 2, 2], report.Layers.Single().Shape);
        Assert.AreSequenceEqual([0, 3], report.Rasters.Single().Steps[0]);
        Assert.AreSequenceEqual([0, 3, 4, 7], report.Rasters.Single().Steps[1]);
    }

    [TestMethod]
    public void Build_TracedNeuron_HasItsCurrentAndPotentials()
    {
        NetworkDefinition network = HandMade.Vector(new ClifNeuron());
        FiringRateReport report = FiringRateBuilder.Build(network, HandMade.VectorWeights(network),
            HandMade.Rows(([1f], 0)), new() { RasterRows = [0], TracedNeurons = [new("neuron1", 0)] });
        PotentialTrace trace = report.Traces.Single();

        // v = v/2 + 1, m = m sigmoid(v/2) + s, v <- v - s (1 + sigmoid(m)), worked out by hand.
        double v = 0, m = 0;
        for (int t = 0; t < 4; t++)
        {
            v = (v / 2) + 1;
            int s = v >= 1 ? 1 : 0;
            m = (m / (1 + Math.Exp(-v / 2))) + s;
            Assert.AreEqual(v, trace.Membrane[t], 1e-6);
            Assert.AreEqual(m, trace.Complementary![t], 1e-6);
            Assert.AreEqual(s, trace.Spikes[t]);
            Assert.AreEqual(1f, trace.Current[t]);
            v -= s * (1 + (1 / (1 + Math.Exp(-m))));
        }
        Assert.AreEqual(1, trace.Threshold);
    }

    [TestMethod]
    public void Build_LifNeuron_HasNoComplementaryPotential()
    {
        NetworkDefinition network = HandMade.Vector(new LifNeuron());
        FiringRateReport report = FiringRateBuilder.Build(network, HandMade.VectorWeights(network),
            HandMade.Rows(([1f], 0)), new() { RasterRows = [0], TracedNeurons = [new("neuron1", 1)] });

        Assert.IsNull(report.Traces.Single().Complementary);
        Assert.AreSequenceEqual([0.5f, 0.75f, 0.875f, 0.9375f], report.Traces.Single().Membrane);
    }

    /// <summary>A watched network computes the same as an unwatched one.</summary>
    [TestMethod]
    public void Run_RandomNetworks_GivesTheScoresOfScoring()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            if (RandomDefinitions.Create(seed) is not NetworkDefinition network)
            {
                continue;
            }
            NetworkWeights weights = Serialization.SmallNetworks.Weights(network, seed);
            var random = new Random(seed);
            float[] row = [.. Enumerable.Range(0, network.InputSize).Select(_ => random.NextSingle())];
            float[] expected = new float[network.ClassCount], actual = [];
            using var scorer = new ManagedScorer(network, weights, VectorWidth.Auto);
            scorer.Score(row, 1, expected);
            using var recorder = new ActivityRecorder(network, weights, new Blind());
            recorder.Run(HandMade.Rows((row, 0)), null, after: (_, scores) => actual = [.. scores]);

            for (int c = 0; c < expected.Length; c++)
            {
                Assert.AreEqual(expected[c], actual[c], 1e-4, $"network {seed}");
            }
        }
    }

    [TestMethod]
    public void ToJsonAndCsv_ReadAgain_HoldTheRates()
    {
        FiringRateReport report = Report([([1f], 1)]);
        using JsonDocument json = JsonDocument.Parse(report.ToJson());

        JsonElement layer = json.RootElement.GetProperty("layers")[0];
        Assert.AreEqual(0.5, layer.GetProperty("rate").GetDouble());
        Assert.AreEqual("yes", layer.GetProperty("classRates")[0].GetProperty("class").GetString());
        string[] lines = report.ToCsv().Split('\n');
        Assert.AreEqual("Layer,Neurons,TimeStep,Class,FiringRate,Dead,Saturated", lines[0]);
        Assert.AreEqual("neuron1,3,0,,0.5,1,1", lines[1]);
        Assert.AreEqual("neuron1,3,0,yes,0.5,,", lines[6]);
    }

    /// <summary>The first of three neurons fires at every one of 4 steps, the second at steps 2 and 4.</summary>
    [TestMethod]
    public void ToCsv_NeuronsHistogramsAndRasters_HoldTheSpikesCountedByHand()
    {
        FiringRateReport report = Report([([1f], 1), ([0f], 0)], new() { HistogramBins = 2, RasterRows = [0, 1] });

        Assert.AreEqual("Layer,Neuron,FiringRate\nneuron1,0,0.5\nneuron1,1,0.25\nneuron1,2,0\n", report.NeuronsToCsv());
        Assert.AreEqual("Layer,From,To,Neurons\nneuron1,0,0.5,2\nneuron1,0.5,1,1\n", report.HistogramsToCsv());
        Assert.AreEqual("Row,Layer,TimeStep,Neuron\n0,neuron1,1,0\n0,neuron1,2,0\n0,neuron1,2,1\n0,neuron1,3,0\n" +
            "0,neuron1,4,0\n0,neuron1,4,1\n", report.RastersToCsv());
        Assert.AreEqual("Row,Layer,Neuron,TimeStep,Current,Membrane,Complementary,Spike,Threshold\n",
            report.TracesToCsv());
    }

    [TestMethod]
    public void TracesToCsv_ClifAndLifNeuron_HasALineForEachStep()
    {
        string[] clif = Traces(new ClifNeuron()), lif = Traces(new LifNeuron());

        // v = 1 fires at threshold 1; m = 0 sigmoid(v / 2) + 1.
        Assert.AreEqual("0,neuron1,0,1,1,1,1,1,1", clif[1]);
        Assert.AreEqual("0,neuron1,1,1,0.5,0.5,,0,1", lif[5]);
        Assert.AreEqual("0,neuron1,1,2,0.5,0.75,,0,1", lif[6]);
        Assert.HasCount(1 + (2 * 4), clif);

        static string[] Traces(NeuronDefinition neuron)
        {
            NetworkDefinition network = HandMade.Vector(neuron);
            FiringRateReport report = FiringRateBuilder.Build(network, HandMade.VectorWeights(network),
                HandMade.Rows(([1f], 0)), new()
                {
                    RasterRows = [0],
                    TracedNeurons = [new("neuron1", 0), new("neuron1", 1)],
                });
            return report.TracesToCsv().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [TestMethod]
    public void ToJson_ChosenRowsAndNeurons_HoldsSpikesAndPotentials()
    {
        NetworkDefinition network = HandMade.Vector(new LifNeuron());
        FiringRateReport report = FiringRateBuilder.Build(network, HandMade.VectorWeights(network),
            HandMade.Rows(([1f], 0)), new() { RasterRows = [0], TracedNeurons = [new("neuron1", 1)] });
        using JsonDocument json = JsonDocument.Parse(report.ToJson());

        JsonElement raster = json.RootElement.GetProperty("rasters")[0];
        Assert.AreEqual("neuron1", raster.GetProperty("layer").GetString());
        Assert.AreEqual(0, raster.GetProperty("row").GetInt32());
        Assert.AreEqual(0, raster.GetProperty("steps")[0][0].GetInt32());
        JsonElement trace = json.RootElement.GetProperty("traces")[0];
        Assert.AreEqual(1, trace.GetProperty("neuron").GetProperty("index").GetInt32());
        Assert.AreSequenceEqual([0.5f, 0.75f, 0.875f, 0.9375f],
            trace.GetProperty("membrane").EnumerateArray().Select(value => value.GetSingle()));
        Assert.IsFalse(trace.TryGetProperty("complementary", out _));
        Assert.AreEqual(3, json.RootElement.GetProperty("layers")[0].GetProperty("neuronRates").GetArrayLength());
    }

    [TestMethod]
    [DataRow("MaximumRows is 0")]
    [DataRow("SaturationRate is 1.5")]
    [DataRow("HistogramBins is 0")]
    [DataRow("RasterRows must be row numbers")]
    [DataRow("TracedNeurons are given but RasterRows is empty")]
    [DataRow("names the layer 'neuron9'; the layers of neurons are 'neuron1'")]
    [DataRow("names neuron 3 of layer 'neuron1', which has the neurons 0 to 2")]
    [DataRow("RasterRows names row 7, which was not scored")]
    public void Build_OptionThatCannotBe_IsNamed(string sentence)
    {
        FiringRateOptions options = sentence.Split(' ')[0] switch
        {
            "MaximumRows" => new() { MaximumRows = 0 },
            "SaturationRate" => new() { SaturationRate = 1.5 },
            "HistogramBins" => new() { HistogramBins = 0 },
            "TracedNeurons" => new() { TracedNeurons = [new("neuron1", 0)] },
            "RasterRows" => new() { RasterRows = [sentence.Contains('7') ? 7 : -1] },
            _ => new()
            {
                RasterRows = [0],
                TracedNeurons = [sentence.Contains('9') ? new("neuron9", 0) : new("neuron1", 3)],
            },
        };

        Assert.Contains(sentence, Assert.ThrowsExactly<ArgumentException>(() => Report([([1f], 0)], options)).Message);
    }

    [TestMethod]
    public void Build_NoRows_SaysSo() => Assert.Contains("The data has no rows",
        Assert.ThrowsExactly<InvalidOperationException>(() => Report([])).Message);

    [TestMethod]
    public void Build_NoFiniteRow_SaysSo() => Assert.Contains(
        "All 1 rows of the data have missing or infinite features",
        Assert.ThrowsExactly<InvalidOperationException>(() => Report([([float.NaN], 0)])).Message);

    [TestMethod]
    public void Build_Rectifiers_AreRefused()
    {
        var network = new NetworkDefinition([1], 1, new DirectEncoder(), HandMade.Vector(new ReluNeuron()).Layers, 2);
        string message = Assert.ThrowsExactly<InvalidOperationException>(() => FiringRateBuilder.Build(
            network, HandMade.VectorWeights(network), HandMade.Rows(([1f], 0)), new())).Message;
        Assert.Contains("Layer 'neuron1' is of ReluNeuron, which does not spike", message);
    }

    private static FiringRateReport Report((float[], int)[] rows, FiringRateOptions? options = null)
    {
        NetworkDefinition network = HandMade.Vector();
        return FiringRateBuilder.Build(network, HandMade.VectorWeights(network), HandMade.Rows(rows),
            options ?? new() { HistogramBins = 4 });
    }

    private sealed class Blind : Spiking.Scoring.Executors.IScoringWatch
    {
        public void See(Layer layer, ReadOnlySpan<float> input, ReadOnlySpan<float> output,
            Spiking.Networks.Folding.Interleaving order)
        {
        }
    }
}
