using Microsoft.ML.Spiking.Sweeps.Data;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Everything that the workers of this process share.</summary>
internal sealed record SweepPlan
{
    public required SweepSettings Settings { get; init; }

    public required SweepRules Rules { get; init; }

    public required ISampler Sampler { get; init; }

    /// <summary>Gets the seed of the split, of the chosen values and of the search's trainings.</summary>
    public required int Seed { get; init; }

    /// <summary>Gets the folds, one for each training of a trial.</summary>
    public required IReadOnlyList<FoldData> Folds { get; init; }

    public required ITrialStore Store { get; init; }

    public required StudyRecord Study { get; init; }

    public required CheckpointCache Cache { get; init; }

    public required WorkerBell Bell { get; init; }

    /// <summary>Gets the checkpoints that other workers can find; null if there are none.</summary>
    public required SharedCheckpoints? Checkpoints { get; init; }

    /// <summary>Gets the context that creates the trainers.</summary>
    public required MLContext Context { get; init; }

    /// <summary>Gets the object that stops the sweep early.</summary>
    public required SweepStop Stop { get; init; }

    /// <summary>Gets the receiver of the trainings' warnings.</summary>
    public required TrialWarnings Warnings { get; init; }

    /// <summary>Gets the action that writes a line to the log.</summary>
    public required Action<string> Info { get; init; }
}
