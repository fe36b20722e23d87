using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>A training between two steps of its optimizer.</summary>
/// <param name="State">Everything but the arrays.</param>
/// <param name="Arrays">
/// "weights/..." of the network, "optimizer/..." that the optimizer keeps between steps, "gradient/..." of a group of
/// batches that is not complete, and "best/..." the best epoch's weights, absent where those are the network's own.
/// </param>
internal sealed record Checkpoint(CheckpointState State, IReadOnlyList<WeightArray> Arrays);

/// <summary>
/// The numbers of a checkpoint. The state of the random generator is the seed, the epoch and the position in it,
/// because random numbers are functions of those.
/// </summary>
/// <remarks>
/// The names and types of this and of the records in it are the format of the checkpoint's JSON: a change is a new
/// version of <see cref="CheckpointFile"/>.
/// </remarks>
internal sealed record CheckpointState
{
    /// <summary>Gets the identity of the training.</summary>
    public required TrainingIdentity Identity { get; init; }

    /// <summary>Gets the seed of all randomness.</summary>
    public required int Seed { get; init; }

    /// <summary>
    /// Gets the epoch under way, from 1; one more than the number of epochs where the training has ended.
    /// </summary>
    public required int Epoch { get; init; }

    /// <summary>Gets the number of that epoch's batches that are done.</summary>
    public required long Batches { get; init; }

    /// <summary>Gets the seconds of training in that epoch so far.</summary>
    public required double Seconds { get; init; }

    /// <summary>Gets the number of the optimizer's steps, which is also the position in the schedule.</summary>
    public required long Steps { get; init; }

    /// <summary>Gets the batches since the last step; null where there are none.</summary>
    public PendingGradients? Pending { get; init; }

    /// <summary>Gets the sums of the epoch under way.</summary>
    public required TallyState Tally { get; init; }

    /// <summary>Gets the epochs that have ended.</summary>
    public required IReadOnlyList<EpochRecord> History { get; init; }

    /// <summary>Gets the best of them, from 1; null before the first has ended.</summary>
    public required int? BestEpoch { get; init; }

    /// <summary>Gets the last finite mean loss, for the message of a training that diverges later.</summary>
    public required double? LastFiniteLoss { get; init; }
}

/// <summary>A group of batches that is not complete, without its gradients.</summary>
/// <param name="Batches">Number of batches so far.</param>
/// <param name="Weight">The sum of their rows' weights.</param>
internal sealed record PendingGradients(int Batches, double Weight);

/// <summary>The sums of the part of an epoch that is done; see <see cref="EpochTally"/>.</summary>
/// <param name="Loss">Sum of weight times loss.</param>
/// <param name="Correct">Rows classified correctly.</param>
/// <param name="Weight">Sum of the weights.</param>
/// <param name="Rows">Number of rows.</param>
/// <param name="Spikes">Spikes by layer, in the network's order.</param>
internal sealed record TallyState(
    double Loss, long Correct, double Weight, long Rows, IReadOnlyList<LayerSpikes> Spikes);

/// <summary>The spikes of one layer in the part of an epoch that is done.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Spikes">Number of spikes.</param>
/// <param name="Places">Neurons times time steps times rows.</param>
internal sealed record LayerSpikes(string Layer, double Spikes, long Places);

/// <summary>A finished epoch; see <see cref="EpochMetrics"/>.</summary>
internal sealed record EpochRecord
{
    public required int Epoch { get; init; }
    public required int Epochs { get; init; }
    public required double Loss { get; init; }
    public required double Accuracy { get; init; }
    public required double? ValidationAccuracy { get; init; }
    public required double? ValidationMacroAccuracy { get; init; }
    public required double? ValidationLoss { get; init; }
    public required double LearningRate { get; init; }
    public required double RowsPerSecond { get; init; }
    public required double WaitingShare { get; init; }
    public required double MeanFiringRate { get; init; }
    public required IReadOnlyList<LayerRate> FiringRates { get; init; }

    /// <summary>Returns the record of an epoch.</summary>
    public static EpochRecord Of(EpochMetrics metrics) => new()
    {
        Epoch = metrics.Epoch,
        Epochs = metrics.Epochs,
        Loss = metrics.Loss,
        Accuracy = metrics.Accuracy,
        ValidationAccuracy = metrics.ValidationAccuracy,
        ValidationMacroAccuracy = metrics.ValidationMacroAccuracy,
        ValidationLoss = metrics.ValidationLoss,
        LearningRate = metrics.LearningRate,
        RowsPerSecond = metrics.RowsPerSecond,
        WaitingShare = metrics.WaitingShare,
        MeanFiringRate = metrics.MeanFiringRate,
        FiringRates = [.. metrics.FiringRates.Select(rate => new LayerRate(rate.Key, rate.Value))],
    };

    /// <summary>Returns the epoch as callbacks see it.</summary>
    public EpochMetrics ToMetrics() => new()
    {
        Epoch = Epoch,
        Epochs = Epochs,
        Loss = Loss,
        Accuracy = Accuracy,
        ValidationAccuracy = ValidationAccuracy,
        ValidationMacroAccuracy = ValidationMacroAccuracy,
        ValidationLoss = ValidationLoss,
        LearningRate = LearningRate,
        RowsPerSecond = RowsPerSecond,
        WaitingShare = WaitingShare,
        MeanFiringRate = MeanFiringRate,
        FiringRates = [.. FiringRates.Select(rate => KeyValuePair.Create(rate.Layer, rate.Rate))],
    };
}

/// <summary>The firing rate of one layer.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Rate">Spikes per neuron and time step.</param>
internal sealed record LayerRate(string Layer, double Rate);

/// <summary>The place of one training's checkpoint. <see cref="object.ToString"/> names it.</summary>
internal interface ICheckpointPlace
{
    /// <summary>The checkpoint; null if there is none.</summary>
    /// <exception cref="InvalidOperationException">It is damaged or cannot be read.</exception>
    Checkpoint? Read();

    /// <summary>Replaces the checkpoint.</summary>
    /// <exception cref="IOException">The disk refuses; the previous checkpoint is still there.</exception>
    void Write(Checkpoint checkpoint);
}

/// <summary>A place that has places for the checkpoints of trainings on other rows inside of it.</summary>
internal interface IFoldedPlace : ICheckpointPlace, IDisposable
{
    /// <summary>Opens the place of a training on other rows and reads its checkpoint.</summary>
    /// <param name="training">The identity of the training.</param>
    /// <param name="found">The checkpoint; null if there is none.</param>
    /// <exception cref="InvalidOperationException">It cannot be written, or another training has it open.</exception>
    IFoldedPlace OpenFold(TrainingIdentity training, out Checkpoint? found);
}
