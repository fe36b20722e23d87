using Microsoft.ML;
using Microsoft.ML.Data;

namespace Samples;

/// <summary>A column that a model asks for and whose values its score does not depend on, such as the label.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Kind">That type, as a text loader calls it.</param>
/// <param name="Member">The member of <see cref="FeatureRow"/> that has the type.</param>
internal sealed record IdleColumn(string Name, DataViewType Type, DataKind Kind, string Member)
{
    /// <summary>The column, or null where nothing here can fill it; most models do without it then.</summary>
    public static IdleColumn? Of(DataViewSchema.Column column)
    {
        (DataKind Kind, string Member)? found =
            column.Type == TextDataViewType.Instance ? (DataKind.String, nameof(FeatureRow.Text))
            : column.Type == BooleanDataViewType.Instance ? (DataKind.Boolean, nameof(FeatureRow.Boolean))
            : column.Type == NumberDataViewType.Single ? (DataKind.Single, nameof(FeatureRow.Single))
            : column.Type == NumberDataViewType.Double ? (DataKind.Double, nameof(FeatureRow.Double))
            : column.Type == NumberDataViewType.Int32 ? (DataKind.Int32, nameof(FeatureRow.Int32))
            : column.Type == NumberDataViewType.UInt32 ? (DataKind.UInt32, nameof(FeatureRow.UInt32))
            : column.Type == NumberDataViewType.Int64 ? (DataKind.Int64, nameof(FeatureRow.Int64))
            : null;
        return found is (DataKind kind, string member) ? new IdleColumn(column.Name, column.Type, kind, member) : null;
    }
}
