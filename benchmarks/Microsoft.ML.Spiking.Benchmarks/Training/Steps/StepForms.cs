
namespace Microsoft.ML.Spiking.Benchmarks.Training.Steps;

/// <summary>The two forms of a training step, by name.</summary>
internal static class StepForms
{
    public const string Fused = "fused";
    public const string OpByOp = "op-by-op";

    /// <exception cref="ArgumentException">There is no such form.</exception>
    public static TrainingStep Create(string form, StepProblem problem) => form switch
    {
        Fused => new FusedStep(problem),
        OpByOp => new OpByOpStep(problem),
        _ => throw new ArgumentException($"There is no form '{form}'."),
    };
}
