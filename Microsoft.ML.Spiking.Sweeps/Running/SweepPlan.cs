using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>What all workers of this process share.</summary>
internal sealed record SweepPlan
{
    public required SweepSettings Settings { get; init; }

    public required SweepRules Rules { get; init; }

    public required ISampler Sampler { get; init; }

    /// <summary>Of the split, of the values that are chosen and of the search's trainings.</summary>
    public required int Seed { get; init; }

    /// <summary>One for each training of a trial.</summary>
    public required IReadOnlyList<FoldData> Folds { get; init; }

    public required ITrialStore Store { get; init; }

    public required StudyRecord Study { get; init; }

    public required CheckpointCache Cache { get; init; }

    public required WorkerBell Bell { get; init; }

    /// <summary>Where other workers look for checkpoints; null where there are none.</summary>
    public required SharedCheckpoints? Checkpoints { get; init; }

    /// <summary>Makes the trainers.</summary>
    public required MLContext Context { get; init; }

    /// <summary>Writes a line of the log.</summary>
    public required Action<string> Info { get; init; }
}
