using Microsoft.ML;
using Microsoft.ML.Data;

namespace Samples;

/// <summary>A column that a model asks for although its score does not depend on it, such as the label.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Member">The member of <see cref="FeatureRow"/> that has the type.</param>
internal sealed record IdleColumn(string Name, DataViewType Type, string Member)
{
    /// <summary>Returns the column, or null if no member can fill it; most models do without it then.</summary>
    public static IdleColumn? Of(DataViewSchema.Column column)
    {
        string? member =
            column.Type == TextDataViewType.Instance ? nameof(FeatureRow.Text)
            : column.Type == BooleanDataViewType.Instance ? nameof(FeatureRow.Boolean)
            : column.Type == NumberDataViewType.Single ? nameof(FeatureRow.Single)
            : column.Type == NumberDataViewType.Double ? nameof(FeatureRow.Double)
            : column.Type == NumberDataViewType.Int32 ? nameof(FeatureRow.Int32)
            : column.Type == NumberDataViewType.UInt32 ? nameof(FeatureRow.UInt32)
            : column.Type == NumberDataViewType.Int64 ? nameof(FeatureRow.Int64)
            : null;
        return member is null ? null : new IdleColumn(column.Name, column.Type, member);
    }
}
