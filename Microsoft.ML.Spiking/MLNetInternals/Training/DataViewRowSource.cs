using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking.MLNetInternals.Training;

/// <summary>
/// A data view as training reads it. Rows that cannot be learned from are left out; after the first whole pass they
/// are reported once, and a pass that leaves too little to learn from ends in an exception.
/// </summary>
internal sealed class DataViewRowSource : IRowSource
{
    private readonly IHost _host;
    private readonly IDataView _data;
    private readonly TrainingColumns _columns;
    private readonly FeatureRows _rows;
    private readonly string _role;
    private readonly int _leastClasses;
    private readonly Action<string> _warn;
    private int _reported;

    /// <summary>Creates the source.</summary>
    /// <param name="host">Marks the exceptions; when it is cancelled, passes stop.</param>
    /// <param name="data">The rows.</param>
    /// <param name="columns">The columns that are read; no others become active.</param>
    /// <param name="rows">Brings their values into the network's order.</param>
    /// <param name="role">"training" or "validation", for messages.</param>
    /// <param name="leastClasses">How many classes must occur among the usable rows.</param>
    /// <param name="warn">Hears of skipped rows.</param>
    public DataViewRowSource(
        IHost host, IDataView data, TrainingColumns columns, FeatureRows rows, string role, int leastClasses, Action<string> warn)
    {
        _host = host;
        _data = data;
        _columns = columns;
        _rows = rows;
        _role = role;
        _leastClasses = leastClasses;
        _warn = warn;
    }

    public int FeatureCount => _columns.FeatureCount;

    public IRowCursor Open() => new DataViewFeedCursor(_host, _data.GetRowCursor(_columns.All), _columns, _rows, EndOfPass);

    private void EndOfPass(PassStatistics pass)
    {
        if (pass.Usable == 0)
        {
            throw _host.Except(pass.Total == 0
                ? $"The {_role} data has no rows."
                : $"No {_role} rows are left: {pass.SkippedRows()}.");
        }
        if (pass.Classes < _leastClasses)
        {
            throw _host.Except($"All {pass.Usable:N0} usable rows of the {_role} data have the same label in column " +
                $"'{_columns.Label.Name}'; at least two classes are needed to learn from.");
        }
        if (pass.Usable < pass.Total && Interlocked.Exchange(ref _reported, 1) == 0)
        {
            _warn($"Rows of the {_role} data were skipped: {pass.SkippedRows()}.");
        }
    }
}
