using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;

namespace Microsoft.ML.Spiking.Tests.Scoring;

/// <summary>
/// Random definitions, including sizes at the limits, at every vector width: no executor needs more working memory than
/// the definition was accepted with, none writes outside its buffers, and none reads what is outside them into its
/// result.
/// </summary>
[TestClass]
public sealed unsafe class BufferBoundsTests
{
    private const int Networks = 250;
    private const int Guard = 1 << 12;
    private const int Rows = 2;

    public required TestContext TestContext { get; init; }

    private static VectorWidth[] Widths =>
        [.. Enum.GetValues<VectorWidth>().Where(width => width != VectorWidth.Auto)];

    [TestMethod]
    public void Run_RandomDefinitions_StaysWithinItsBuffers()
    {
        int made = 0, refused = 0;
        for (int seed = 0; made < Networks; seed++)
        {
            if (RandomDefinitions.Create(seed) is not NetworkDefinition definition)
            {
                refused++;
                continue;
            }
            made++;
            NetworkWeights weights = RandomNetwork.Weights(definition, seed);
            foreach (VectorWidth width in Widths)
            {
                ScoringPlan plan = ScoringPlanBuilder.Build(definition, weights, width);
                AssertScratch(definition, plan, $"seed {seed}, {width}");
                AssertRun(definition, plan, $"seed {seed}, {width}");
            }
        }
        TestContext.WriteLine($"{made} definitions, {refused} refused");
        Assert.IsLessThan(20 * Networks, refused);
    }

    // The memory that a definition is accepted with is at least what its executors ask for, apart from vectors and
    // blocks of fixed size.
    private static void AssertScratch(NetworkDefinition definition, ScoringPlan plan, string name)
    {
        long most = 0;
        Signal signal = definition.InputSignal;
        foreach (Layer layer in definition.Layers)
        {
            most = Math.Max(most, Scratch(layer, ref signal, definition.TimeSteps));
        }
        long blocks = 4_096 + (1_700L * (definition.TimeSteps + 1)) + (650L * definition.TimeSteps);
        foreach (ScoringStep step in plan.Steps)
        {
            Assert.IsLessThanOrEqualTo(most + blocks, step.Executor.ScratchLengthFor(1),
                $"{name}, {step.Executor.GetType().Name}");
        }
    }

    private static long Scratch(Layer layer, ref Signal signal, int timeSteps)
    {
        Signal output = layer.Infer(signal);
        long most = layer.CostOf(signal, output, signal.StepsOf(timeSteps)).Scratch;
        if (layer is ResidualLayer residual)
        {
            foreach (IReadOnlyList<Layer> path in new[] { residual.Main, residual.Shortcut })
            {
                Signal inner = signal;
                foreach (Layer step in path)
                {
                    most = Math.Max(most, Scratch(step, ref inner, timeSteps));
                }
            }
        }
        signal = output;
        return most;
    }

    /// <summary>Runs the plan in buffers between guards of NaN, which spoil the scores when they are read.</summary>
    private static void AssertRun(NetworkDefinition definition, ScoringPlan plan, string name)
    {
        Guarded row = new(Rows * definition.InputSize),
            scratch = new(plan.Steps.Max(step => step.Executor.ScratchLengthFor(Rows)));
        Guarded[] buffers = [.. plan.BufferLengths.Select(length => new Guarded(Rows * length))];
        RandomNetwork.Rows(Rows, definition.InputSize, seed: 5)
            .CopyTo(new Span<float>(row.Start, Rows * definition.InputSize));
        foreach (ScoringStep step in plan.Steps)
        {
            (Guarded input, long stride) = step.Input == ScoringPlan.Row
                ? (row, definition.InputSize)
                : (buffers[step.Input], plan.BufferLengths[step.Input]);
            scratch.Spoil();
            step.Executor.RunRows(input.Start, stride, buffers[step.Output].Start, plan.BufferLengths[step.Output],
                Rows,
                scratch.Start);
            Assert.IsTrue(scratch.IsWhole && row.IsWhole && buffers.All(buffer => buffer.IsWhole),
                $"{name}: {step.Executor.GetType().Name} wrote outside of a buffer");
        }
        for (int i = 0; i < Rows; i++)
        {
            float* logits = buffers[plan.Output].Start + (i * plan.BufferLengths[plan.Output]);
            foreach (float logit in new Span<float>(logits, definition.ClassCount))
            {
                Assert.IsFalse(float.IsNaN(logit), $"{name}: a value from outside of a buffer reached the scores");
            }
        }
    }

    /// <summary>Memory between guards.</summary>
    private sealed class Guarded
    {
        private readonly AlignedFloats _memory;
        private readonly long _length;

        public Guarded(long length)
        {
            _length = length;
            _memory = new(length + (2 * Guard));
            new Span<float>(_memory.Pointer, checked((int)(length + (2 * Guard)))).Fill(float.NaN);
        }

        public float* Start => _memory.Pointer + Guard;

        public bool IsWhole => IsSpoilt(_memory.Pointer) && IsSpoilt(Start + _length);

        public void Spoil() => new Span<float>(Start, checked((int)_length)).Fill(float.NaN);

        private static bool IsSpoilt(float* guard)
        {
            foreach (float value in new Span<float>(guard, Guard))
            {
                if (!float.IsNaN(value))
                {
                    return false;
                }
            }
            return true;
        }
    }
}
