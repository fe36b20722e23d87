using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring.Executors;
using Microsoft.ML.Spiking.Scoring.Executors.Graded;
using Microsoft.ML.Spiking.Scoring.Executors.Recurrent;

namespace Microsoft.ML.Spiking.Tests.Scoring.Executors;

/// <summary>Executors whose output is not spikes, on values that are computed by hand.</summary>
[TestClass]
public sealed unsafe class GradedExecutorTests
{
    /// <summary>Ticks of 0.5 in a window of 2; more values than fit into a vector, and some behind the last.</summary>
    [TestMethod]
    public void Run_FirstSpikesWithAClock_RoundsToTicksWithinTheWindow()
    {
        float[] current = [-1, 0, 0.2f, 0.25f, 0.7f, 1.9f, 3];
        float[] expected = [0, 0, 0, 0.5f, 0.5f, 2, 2];
        float[] many = [.. Enumerable.Repeat(current, 5).SelectMany(values => values)];
        var neuron = new FirstSpikeNeuron { Window = 2, ClockBits = 2 };

        float[] output = Run(
            new FirstSpikeExecutor(neuron, timeSteps: 2, many.Length, constantCurrent: true), many);

        Assert.AreSequenceEqual(Enumerable.Repeat(expected, 10).SelectMany(values => values).ToArray(), output);
    }

    /// <summary>The equilibrium a = clamp((input + w a) / threshold) of two neurons with w = -1.</summary>
    [TestMethod]
    public void Run_FeedbackAtEquilibrium_GivesTheRatesThatReproduceThemselves()
    {
        var layer = new FeedbackLayer("feedback", size: 2, threshold: 1, leak: 1, isAtEquilibrium: true);

        float[] rates = Run(new FeedbackExecutor(layer, new Scaling(2, -1), timeSteps: 1), [1, 0.5f]);

        Assert.AreEqual(0.5f, rates[0], 1e-6f);
        Assert.AreEqual(0.25f, rates[1], 1e-6f);
    }

    /// <summary>With w = 0.5 the rate comes nearer step by step: a = 0.3 + 0.5 a.</summary>
    [TestMethod]
    public void Run_FeedbackThatSettlesSlowly_IsFollowedToTheEnd()
    {
        var layer = new FeedbackLayer("feedback", size: 1, threshold: 1, leak: 1, isAtEquilibrium: true);

        float[] rates = Run(new FeedbackExecutor(layer, new Scaling(1, 0.5f), timeSteps: 1), [0.3f]);

        Assert.AreEqual(0.6f, rates[0], 1e-6f);
    }

    /// <summary>
    /// Four steps of 0.6 with a threshold of 1 and a leak of 0.5: potentials 0.6, 0.9, 1.05 (a spike), 0.625. A spike
    /// counts half as much at each step before the last.
    /// </summary>
    [TestMethod]
    public void Run_FeedbackOverTimeSteps_GivesTheWeightedMeanOfTheSpikes()
    {
        var layer = new FeedbackLayer("feedback", size: 1, threshold: 1, leak: 0.5);

        float[] rates = Run(new FeedbackExecutor(layer, new Scaling(1, 0), timeSteps: 4), [0.6f]);

        Assert.AreEqual(0.5f / 1.875f, rates[0], 1e-6f);
    }

    private static float[] Run(LayerExecutor executor, float[] input)
    {
        float[] output = new float[executor.OutputLength], scratch = new float[executor.ScratchLength + 1];
        fixed (float* from = input, to = output, work = scratch)
        {
            executor.Run(from, to, work);
        }
        return output;
    }

    /// <summary>Weights that multiply each value by the same number.</summary>
    private sealed class Scaling(int size, float factor) : LayerExecutor
    {
        public override long OutputLength => size;

        public override void Run(float* input, float* output, float* scratch)
        {
            for (int i = 0; i < size; i++)
            {
                output[i] = factor * input[i];
            }
        }
    }
}
