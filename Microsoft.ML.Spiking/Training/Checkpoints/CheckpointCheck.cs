using System.Globalization;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Training.Checkpoints;

/// <summary>
/// The examination of a checkpoint of the right identity before a training takes it over: a file may be whole, with the
/// right checksum, and its content still not be what this library writes.
/// </summary>
/// <param name="network">The network in training.</param>
/// <param name="length">The training's length in epochs, batches and steps.</param>
/// <param name="hasValidation">Whether there are validation rows.</param>
internal sealed class CheckpointCheck(NetworkDefinition network, TrainingLength length, bool hasValidation)
{
    private readonly HashSet<string> _neurons =
        [.. network.AllLayers.Where(layer => layer.HasNeurons).Select(layer => layer.Name)];

    private readonly HashSet<string> _variances =
        [.. network.AllLayers.OfType<BatchNormLayer>().Select(layer => layer.VarianceName)];

    /// <summary>Returns what is wrong with the checkpoint, as the end of a sentence; null if nothing is.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="optimizer">The names and shapes of the optimizer's arrays.</param>
    public string? FaultOf(Checkpoint checkpoint, IEnumerable<KeyValuePair<string, long[]>> optimizer)
    {
        CheckpointState state = checkpoint.State;
        return PositionFault(state) ?? TallyFault(state) ?? HistoryFault(state) ?? ArraysFault(checkpoint, optimizer);
    }

    private string? PositionFault(CheckpointState state)
    {
        int pending = state.Pending?.Batches ?? 0;
        if (state.Epoch < 1 || state.Epoch > (long)length.Epochs + 1)
        {
            return Text($"is in epoch {state.Epoch} of {length.Epochs}");
        }
        long most = state.Epoch > length.Epochs ? 0 : length.Batches;
        if (state.Batches < 0 || state.Batches > most)
        {
            return Text($"has {state.Batches} batches of an epoch of {most}");
        }
        if (state.Pending is not null && (pending < 1 || pending >= length.GradientAccumulation
            || pending > state.Batches
            || !(state.Pending.Weight > 0 && state.Pending.Weight <= state.Tally.Weight)))
        {
            return Text($"has a group of {pending} batches of the weight {state.Pending.Weight}");
        }
        // A group that the epoch's end cuts short makes a step, too.
        long before = (state.Epoch - 1) * length.Steps;
        (long complete, long rest) = Math.DivRem(state.Batches - pending, length.GradientAccumulation);
        if (state.Steps != before + complete + (rest == 0 ? 0 : 1) || (rest > 0 && state.Batches < length.Batches))
        {
            return Text($"has {state.Steps} steps after {state.Batches} batches of epoch {state.Epoch}");
        }
        return double.IsFinite(state.Seconds) && state.Seconds >= 0
            ? null
            : Text($"has {state.Seconds} seconds of an epoch");
    }

    private string? TallyFault(CheckpointState state)
    {
        TallyState tally = state.Tally;
        if (tally.Rows != Math.Min(state.Batches * length.BatchSize, length.Rows)
            || tally.Correct < 0 || tally.Correct > tally.Rows
            || !double.IsFinite(tally.Loss) || !(double.IsFinite(tally.Weight) && tally.Weight >= 0))
        {
            return Text($"counts {tally.Rows} rows and {tally.Correct} correct ones, of the weight {tally.Weight}");
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (LayerSpikes? layer in tally.Spikes)
        {
            if (layer is null || !_neurons.Contains(layer.Layer) || !seen.Add(layer.Layer)
                || layer.Places < 0 || !(layer.Spikes >= 0 && layer.Spikes <= layer.Places))
            {
                return $"counts spikes of '{layer?.Layer}' that cannot be";
            }
        }
        return state.LastFiniteLoss is double loss && !double.IsFinite(loss)
            ? "has a last finite loss that is not finite"
            : null;
    }

    private string? HistoryFault(CheckpointState state)
    {
        if (state.History.Count != state.Epoch - 1)
        {
            return Text($"has {state.History.Count} finished epochs and is in epoch {state.Epoch}");
        }
        for (int i = 0; i < state.History.Count; i++)
        {
            if (state.History[i] is not { } epoch || epoch.Epoch != i + 1 || epoch.Epochs != length.Epochs
                || !IsPossible(epoch))
            {
                return Text($"has metrics of epoch {i + 1} that cannot be");
            }
        }
        bool isThere = state.BestEpoch is int best && best >= 1 && best <= state.History.Count;
        return isThere != state.History.Count > 0 || (state.BestEpoch is not null && !isThere)
            ? Text($"has epoch {state.BestEpoch} for the best of {state.History.Count}")
            : null;
    }

    private bool IsPossible(EpochRecord epoch)
    {
        double?[] validation = [epoch.ValidationAccuracy, epoch.ValidationMacroAccuracy, epoch.ValidationLoss];
        return double.IsFinite(epoch.Loss) && IsShare(epoch.Accuracy) && IsShare(epoch.MeanFiringRate)
            && double.IsFinite(epoch.LearningRate) && epoch.LearningRate >= 0
            && double.IsFinite(epoch.RowsPerSecond) && epoch.RowsPerSecond >= 0
            && double.IsFinite(epoch.WaitingShare) && epoch.WaitingShare >= 0
            && validation.All(value => value.HasValue == hasValidation)
            && (!hasValidation || (IsShare(epoch.ValidationAccuracy!.Value)
                && IsShare(epoch.ValidationMacroAccuracy!.Value) && !(epoch.ValidationLoss < 0))) // it may be infinite
            && epoch.FiringRates.All(rate => rate is not null && _neurons.Contains(rate.Layer) && IsShare(rate.Rate));
    }

    private string? ArraysFault(Checkpoint checkpoint, IEnumerable<KeyValuePair<string, long[]>> optimizer)
    {
        CheckpointState state = checkpoint.State;
        var needed = new Dictionary<string, long[]>(optimizer, StringComparer.Ordinal);
        var optional = new Dictionary<string, long[]>(StringComparer.Ordinal);
        bool isBestThere = checkpoint.Arrays.Any(
            array => array.Name.StartsWith(TrainingState.BestPrefix, StringComparison.Ordinal));
        bool isBestNeeded = state.BestEpoch is not null && (state.Batches > 0 || state.BestEpoch != state.Epoch - 1);
        foreach (ParameterSpec spec in network.Parameters)
        {
            long[] shape = [.. spec.Shape.Select(side => (long)side)];
            needed.Add(TrainingState.WeightsPrefix + spec.Name, shape);
            if (isBestThere || isBestNeeded)
            {
                needed.Add(TrainingState.BestPrefix + spec.Name, shape);
            }
            if (state.Pending is not null && spec.Role != ParameterRole.Buffer)
            {
                optional.Add(TrainingState.GradientPrefix + spec.Name, shape);
            }
        }
        foreach (WeightArray array in checkpoint.Arrays)
        {
            if (!needed.Remove(array.Name, out long[]? shape) && !optional.Remove(array.Name, out shape))
            {
                return $"has the array '{array.Name}', which does not belong there, or twice";
            }
            if (!shape.SequenceEqual(array.Shape.Select(side => (long)side)))
            {
                return $"has the array '{array.Name}' in another shape";
            }
            if (array.Values.Span.ContainsAnyExceptInRange(LeastOf(array.Name), float.MaxValue))
            {
                return $"has values in the array '{array.Name}' that cannot be";
            }
        }
        return needed.Count > 0 ? $"lacks the array '{needed.Keys.First()}'" : null;
    }

    /// <summary>Variances and means of squares have no sign.</summary>
    private float LeastOf(string array) =>
        array.StartsWith(TrainingState.SecondMomentsPrefix, StringComparison.Ordinal)
            || _variances.Contains(array[(array.IndexOf('/', StringComparison.Ordinal) + 1)..])
            ? 0 : -float.MaxValue;

    private static bool IsShare(double value) => value is >= 0 and <= 1;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
