using Microsoft.ML.Spiking.Tests.Networks;

namespace Microsoft.ML.Spiking.Tests.Scoring.Streams;

[TestClass]
public sealed class SpikingStreamTests
{
    private const int Steps = 4;

    private static readonly SpikingModelParameters Model = StreamEqualityTests.Model(
        new Mlp(20).Bind(Bindings.Of([3]) with { HasTimeAxis = true, TimeSteps = Steps }));

    private static readonly float[] Row = RandomNetwork.Rows(1, 3 * 8, 5);

    [TestMethod]
    public void Push_AfterTheDecision_BeginsAnotherRow()
    {
        SpikingStream stream = Model.CreateStream();

        StreamStep[] steps = [.. Enumerable.Range(0, 6).Select(t => stream.Push(At(t)))];

        Assert.AreSequenceEqual(new[] { 1, 2, 3, 4, 1, 2 }, steps.Select(step => step.Step).ToArray());
        Assert.AreSequenceEqual(new[] { false, false, false, true, false, false },
            steps.Select(step => step.IsDecision).ToArray());
        Assert.AreEqual(StreamReset.Decision, steps[4].Reset);
        Assert.IsTrue(steps.Where((_, i) => i != 4).All(step => step.Reset == StreamReset.None));
        Assert.IsNull(stream.Decision);
    }

    [TestMethod]
    public void Push_WithoutResetAfterDecision_GoesOnAndDecidesOnce()
    {
        SpikingStream stream = Model.CreateStream(new() { ResetAfterDecision = false });

        StreamStep[] steps = [.. Enumerable.Range(0, 8).Select(t => stream.Push(At(t)))];

        Assert.AreEqual(8, stream.StepCount);
        Assert.AreEqual(3, Array.FindIndex(steps, step => step.IsDecision));
        Assert.ContainsSingle(step => step.IsDecision, steps);
        Assert.AreEqual(steps[3].Class, stream.Decision);
    }

    [TestMethod]
    public void Push_AllRules_DecideAtTheirStep()
    {
        SpikingStream plain = Model.CreateStream(new() { MaximumSteps = 8 });
        StreamStep[] steps = [.. Enumerable.Range(0, 8).Select(t => plain.Push(At(t)))];
        float[] highest = [.. steps.Select(step => step.Probability)];
        int reached = Array.FindIndex(highest, 2, value => value >= highest[2]);
        int patient = Enumerable.Range(2, 6).FirstOrDefault(
            t => steps[t].Class == steps[t - 1].Class && steps[t].Class == steps[t - 2].Class, 7);

        Assert.AreEqual(reached + 1, Decided(StreamDecision.Confidence(highest[2], minimumSteps: 3)));
        Assert.AreEqual(patient + 1, Decided(StreamDecision.Patience(3)));
        Assert.AreEqual(1, Decided(StreamDecision.Patience(1)));
        Assert.AreEqual(8, Decided(StreamDecision.AtEnd));
        Assert.AreEqual(8, Decided(StreamDecision.Confidence(1)));
    }

    [TestMethod]
    [DataRow(1000, 1031, StreamReset.Gap)]
    [DataRow(1000, 1030, StreamReset.None)]
    [DataRow(1000, 1000, StreamReset.None)]
    [DataRow(1000, 999, StreamReset.TimeWentBack)]
    public void Push_WithTimes_ResetsAsTheTimesSay(int first, int second, StreamReset expected)
    {
        SpikingStream stream = Model.CreateStream(new() { MaximumGap = TimeSpan.FromMilliseconds(30) });
        SpikingStream fresh = Model.CreateStream();

        stream.Push(At(0), TimeSpan.FromMilliseconds(first));
        StreamStep step = stream.Push(At(1), TimeSpan.FromMilliseconds(second));

        Assert.AreEqual(expected, step.Reset);
        Assert.AreEqual(expected == StreamReset.None ? 2 : 1, step.Step);
        if (expected != StreamReset.None)
        {
            fresh.Push(At(1));
            Assert.AreSequenceEqual(fresh.Scores.ToArray(), stream.Scores.ToArray());
        }
    }

    [TestMethod]
    public void Push_StepWithoutTimeBetween_GapCountsFromTheLastTime()
    {
        SpikingStream stream = Model.CreateStream(new() { MaximumGap = TimeSpan.FromMilliseconds(30) });

        stream.Push(At(0), TimeSpan.FromMilliseconds(1000));
        stream.Push(At(1));

        Assert.AreEqual(StreamReset.Gap, stream.Push(At(2), TimeSpan.FromMilliseconds(1031)).Reset);
    }

    [TestMethod]
    public void Reset_WithinARow_IsAsANewStream()
    {
        SpikingStream stream = Model.CreateStream(), fresh = Model.CreateStream();
        stream.Push(At(0));
        stream.Push(At(1));

        stream.Reset();

        Assert.AreEqual(0, stream.StepCount);
        Assert.IsTrue(stream.Scores.ToArray().All(score => score == 0));
        Assert.AreEqual(StreamReset.Requested, stream.Push(At(2)).Reset);
        fresh.Push(At(2));
        Assert.AreSequenceEqual(fresh.Scores.ToArray(), stream.Scores.ToArray());
    }

    [TestMethod]
    public void Push_AfterTheFirstSteps_AllocatesNothing()
    {
        SpikingStream stream = Model.CreateStream();
        for (int t = 0; t < 100; t++)
        {
            stream.Push(At(t % 8), TimeSpan.FromMilliseconds(t));
        }
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int t = 0; t < 1000; t++)
        {
            stream.Push(At(t % 8), TimeSpan.FromMilliseconds(100 + t));
        }

        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [TestMethod]
    public void MemoryBytes_OfAnMlp_IsTheNeuronsState()
    {
        // 20 neurons of CLIF: v, m, q and, behind the last neuron, the sum of spikes; whole cache lines. 3 scores.
        Assert.AreEqual((4 * 32 * sizeof(float)) + (3 * sizeof(float)), Model.CreateStream().MemoryBytes);
    }

    [TestMethod]
    public void Push_BadValues_IsRefusedAndLeavesTheStream()
    {
        SpikingStream stream = Model.CreateStream(), other = Model.CreateStream();
        stream.Push(At(0));
        other.Push(At(0));

        ArgumentException length = Assert.ThrowsExactly<ArgumentException>(() => stream.Push([1, 2]));
        ArgumentException finite = Assert.ThrowsExactly<ArgumentException>(() => stream.Push([1, float.NaN, 2]));

        Assert.StartsWith("The step has 2 values; the model takes 3, [3].", length.Message);
        Assert.StartsWith("The value at index 1 of the step is NaN; it would stay in the neurons' state. Leave the " +
            "step out or replace the value.", finite.Message);
        stream.Push(At(1));
        other.Push(At(1));
        Assert.AreSequenceEqual(other.Scores.ToArray(), stream.Scores.ToArray());
    }

    [TestMethod]
    public void CreateStream_RowsWithoutTimeAxis_IsRefusedByTheEncodersName()
    {
        foreach (InputEncoder encoder in new InputEncoder[]
            { new DirectEncoder(), new PoissonEncoder(), new LatencyEncoder() })
        {
            SpikingModelParameters model =
                StreamEqualityTests.Model(new Mlp(20).Bind(Bindings.Of([3]) with { Encoder = encoder }));

            NotSupportedException thrown = Assert.ThrowsExactly<NotSupportedException>(() => model.CreateStream());

            Assert.StartsWith(
                $"The network cannot score a stream: its {encoder.GetType().Name} ", thrown.Message);
        }
    }

    [TestMethod]
    public void CreateStream_OptionsOutOfRange_AreRefused()
    {
        AssertRefused(new() { MaximumSteps = 0 }, "MaximumSteps is 0; it must be at least 1.");
        AssertRefused(new() { MaximumGap = TimeSpan.Zero }, "MaximumGap is 00:00:00; it must be greater than zero.");
        AssertRefused(new() { Decision = null! }, "Decision is null; choose a rule of StreamDecision.");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => StreamDecision.Confidence(float.NaN));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => StreamDecision.Confidence(1.01f));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => StreamDecision.Patience(0));
    }

    private static ReadOnlySpan<float> At(int step) => Row.AsSpan(step * 3, 3);

    private static int Decided(StreamDecision decision)
    {
        SpikingStream stream = Model.CreateStream(new() { Decision = decision, MaximumSteps = 8 });
        for (int t = 0; t < 8; t++)
        {
            if (stream.Push(At(t)).IsDecision)
            {
                return t + 1;
            }
        }
        return 0;
    }

    private static void AssertRefused(SpikingStreamOptions options, string message) => Assert.AreEqual(
        message, Assert.ThrowsExactly<ArgumentException>(() => Model.CreateStream(options)).Message);
}
