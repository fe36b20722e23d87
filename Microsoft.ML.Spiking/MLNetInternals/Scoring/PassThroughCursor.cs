using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>The input's cursor under the scored schema, for consumers that want neither of the model's columns.</summary>
internal sealed class PassThroughCursor(
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
