using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Export;
using Microsoft.ML.Spiking.MLNetInternals.Schema;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>
/// Data with the columns of a prediction. Cursors score many rows with one call; a single row, as a prediction engine
/// has it, goes through <see cref="GetRow"/>. Never asks the host whether it is alive: models outlive the contexts that
/// experiments cancel.
/// </summary>
/// <remarks>
/// It is an <see cref="IDataTransform"/> because the exporter to ONNX walks from the last data view back to the first
/// and takes the first one that is none for the source of the data: a file without the network would be the result.
/// </remarks>
internal sealed class ScoredDataView(
    IHost host, ITransformer transformer, IDataView source, ScoringBinding binding, OnnxPipeline export)
    : ITransformCanSaveOnnx, ITransformTemplate, IRowToRowMapper
{
    public bool CanShuffle => source.CanShuffle;

    public DataViewSchema Schema => binding.Output;

    IDataView IDataTransform.Source => source;

    DataViewSchema IRowToRowMapper.InputSchema => binding.Input;

    DataViewSchema IRowToRowMapper.OutputSchema => binding.Output;

    public long? GetRowCount() => source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        DataViewSchema.Column[] columns = [.. columnsNeeded];
        bool[] active = binding.Active(columns);
        return binding.IsScored(active) &&
            DataViewUtils.TryCreateConsolidatingCursor(out DataViewRowCursor parallel, this, columns, host, rand)
            ? parallel
            : Wrap(source.GetRowCursor(binding.Dependencies(active), rand), active);
    }

    public DataViewRowCursor[] GetRowCursorSet(
        IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null)
    {
        bool[] active = binding.Active(columnsNeeded);
        DataViewRowCursor[] inputs = source.GetRowCursorSet(binding.Dependencies(active), n, rand);
        if (inputs.Length == 1 && n > 1 && binding.IsScored(active) && (source.GetRowCount() ?? long.MaxValue) > n)
        {
            inputs = DataViewUtils.CreateSplitCursors(host, inputs[0], n);
        }
        return [.. inputs.Select(input => Wrap(input, active))];
    }

    IEnumerable<DataViewSchema.Column> IRowToRowMapper.GetDependencies(
        IEnumerable<DataViewSchema.Column> dependingColumns) =>
        binding.Dependencies(binding.Active(dependingColumns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        host.CheckParam(input.Schema == binding.Input, nameof(input),
            "The row does not have the schema that the model was bound to.");
        return new ScoredRow(input, binding, binding.Active(activeColumns));
    }

    IDataTransform ITransformTemplate.ApplyToData(IHostEnvironment env, IDataView newSource) =>
        (IDataTransform)transformer.Transform(newSource);

    void ICanSaveModel.Save(ModelSaveContext ctx) => throw host.ExceptNotSupp(
        "Scored data cannot be saved as a model; save the transformer that scores it.");

    // Asked before anything is exported. Were the answer no, the exporter would leave the network out: it is yes, or a
    // sentence.
    bool ICanSaveOnnx.CanSaveOnnx(OnnxContext ctx)
    {
        export.Check(ctx, source);
        return true;
    }

    void ISaveAsOnnx.SaveAsOnnx(OnnxContext ctx) => export.Save(ctx);

    private DataViewRowCursor Wrap(DataViewRowCursor input, bool[] active)
    {
        try
        {
            return binding.IsScored(active)
                ? new BatchedScoringCursor(host, input, binding, active)
                : new PassThroughCursor(host, input, binding, active);
        }
        catch
        {
            input.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The input's cursor under the scored schema, for consumers that want no column of the prediction.
    /// </summary>
    private sealed class PassThroughCursor(
        IChannelProvider provider, DataViewRowCursor input, ScoringBinding binding, bool[] active)
        : SynchronizedCursorBase(provider, input)
    {
        public override DataViewSchema Schema => binding.Output;

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            Ch.CheckParam(IsColumnActive(column), nameof(column), $"The column '{column.Name}' is not active.");
            return Input.GetGetter<TValue>(Input.Schema[column.Index]);
        }
    }
}
