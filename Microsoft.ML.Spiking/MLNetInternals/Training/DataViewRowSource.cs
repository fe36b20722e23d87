using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Training.Feed;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.MLNetInternals.Training;

/// <summary>
/// A data view as training reads it. Rows that cannot be learned from are left out. What is wrong with the rows is
/// reported once, after the first whole pass; a pass without a usable row ends in an exception.
/// </summary>
internal sealed class DataViewRowSource : IRowSource
{
    private readonly IHost _host;
    private readonly IDataView _data;
    private readonly TrainingColumns _columns;
    private readonly FeatureRows _rows;
    private readonly string _role;
    private readonly bool _isTraining;
    private readonly Action<string> _warn;
    private int _reported;

    /// <summary>Creates the source.</summary>
    /// <param name="host">Marks the exceptions; when it is cancelled, passes stop.</param>
    /// <param name="data">The rows.</param>
    /// <param name="columns">The columns that are read; no others become active.</param>
    /// <param name="rows">Brings their values into the network's order.</param>
    /// <param name="isTraining">Whether they are training rows, not validation rows.</param>
    /// <param name="warn">Receives what is wrong with the rows.</param>
    public DataViewRowSource(
        IHost host, IDataView data, TrainingColumns columns, FeatureRows rows, bool isTraining, Action<string> warn)
    {
        _host = host;
        _data = data;
        _columns = columns;
        _rows = rows;
        _isTraining = isTraining;
        _role = isTraining ? "training" : "validation";
        _warn = warn;
    }

    public int FeatureCount => _columns.FeatureCount;

    public IRowCursor Open() =>
        new DataViewFeedCursor(_host, _data.GetRowCursor(_columns.All), _columns, _rows, EndOfPass);

    private void EndOfPass(PassStatistics pass)
    {
        if (pass.Usable == 0)
        {
            throw _host.Except(pass.Total == 0
                ? $"The {_role} data has no rows."
                : $"No {_role} rows are left: {pass.SkippedRows()}.");
        }
        if (Interlocked.Exchange(ref _reported, 1) == 0)
        {
            Report(pass);
        }
    }

    private void Report(PassStatistics pass)
    {
        if (pass.Usable < pass.Total)
        {
            _warn($"Rows of the {_role} data were skipped: {pass.SkippedRows()}.");
        }
        if (_isTraining && pass.Classes == 1)
        {
            _warn(Invariant($"All {pass.Usable:N0} usable rows of the training data have the same label in column ") +
                $"'{_columns.Label.Name}': the model learns to predict no other.");
        }
        if (pass.Implausible > 0)
        {
            _warn(Invariant($"{pass.Implausible:N0} of {pass.Usable:N0} rows of the {_role} data have a value ") +
                Invariant($"beyond {DataViewFeedCursor.LargestPlausible:0e+0} in column '{_columns.Feature.Name}', ") +
                $"the first in slot {_columns.SlotName(pass.ImplausibleSlot)}. Such values decide how features are " +
                "scaled: replace them, or leave the rows out.");
        }
    }
}
