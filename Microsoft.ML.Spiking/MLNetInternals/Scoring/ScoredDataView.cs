using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>
/// Data with the model's two columns added. Cursors score many rows with one call; a single row, as a prediction
/// engine has it, goes through <see cref="GetRow"/>. Never asks the host whether it is alive: models outlive the
/// contexts that experiments cancel.
/// </summary>
internal sealed class ScoredDataView(IHost host, IDataView source, ScoringBinding binding) : IDataView, IRowToRowMapper
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => binding.Output;

    DataViewSchema IRowToRowMapper.InputSchema => binding.Input;

    DataViewSchema IRowToRowMapper.OutputSchema => binding.Output;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        bool[] active = binding.Active(columns);
        if (IsScored(active) && DataViewUtils.TryCreateConsolidatingCursor(out DataViewRowCursor parallel, this, columns, host, rand))
        {
            return parallel;
        }
        return Wrap(source.GetRowCursor(binding.Dependencies(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = binding.Active(columnsNeeded);
        DataViewRowCursor[] inputs = source.GetRowCursorSet(binding.Dependencies(active), n, rand);
        if (inputs.Length == 1 && n > 1 && IsScored(active) && (source.GetRowCount() ?? long.MaxValue) > n)
        {
            inputs = DataViewUtils.CreateSplitCursors(host, inputs[0], n);
        }
        return [.. inputs.Select(input => Wrap(input, active))];
    }

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        binding.Dependencies(binding.Active(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        host.CheckParam(input.Schema == binding.Input, nameof(input), "The row does not have the schema that the model was bound to.");
        return new ScoredRow(input, binding, binding.Active(activeColumns));
    }

    private bool IsScored(bool[] active) => active[binding.PredictedLabelIndex] || active[binding.ScoreIndex];

    private DataViewRowCursor Wrap(DataViewRowCursor input, bool[] active)
    {
        try
        {
            return IsScored(active)
                ? new BatchedScoringCursor(host, input, binding, active)
                : new PassThroughCursor(host, input, binding, active);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }
}
