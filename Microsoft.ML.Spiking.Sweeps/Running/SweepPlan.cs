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

    /// <summary>One fold for each training of a trial.</summary>
    public required IReadOnlyList<FoldData> Folds { get; init; }

    public required ITrialStore Store { get; init; }

    public required StudyRecord Study { get; init; }

    public required CheckpointCache Cache { get; init; }

    public required WorkerBell Bell { get; init; }

    /// <summary>Gets the checkpoints that other workers can find; null if there are none.</summary>
    public required SharedCheckpoints? Checkpoints { get; init; }

    /// <summary>Creates the trainers.</summary>
    public required MLContext Context { get; init; }

    /// <summary>Stops the sweep early.</summary>
    public required SweepStop Stop { get; init; }

    /// <summary>Receives the warnings of trainings.</summary>
    public required TrialWarnings Warnings { get; init; }

    /// <summary>Writes a line to the log.</summary>
    public required Action<string> Info { get; init; }
}
