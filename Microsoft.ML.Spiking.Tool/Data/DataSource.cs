namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>
/// Rows that a network is trained or scored on. Loading, featurizing, and the C# of both are kept side by side, so that
/// <c>--show-code</c> prints what the tool does.
/// </summary>
internal abstract class DataSource
{
    /// <summary>Gets what the rows are, such as "CSV".</summary>
    public abstract string Kind { get; }

    /// <summary>Gets the column of the label's text.</summary>
    public virtual string LabelColumn => "Label";

    /// <summary>Gets the column of features behind <see cref="Featurizers"/>.</summary>
    public virtual string FeatureColumn => "Features";

    /// <summary>Gets whether the rows have labels.</summary>
    public virtual bool HasLabels => true;

    /// <summary>Gets the number of rows.</summary>
    public abstract long Rows { get; }

    /// <summary>Gets the number of rows whose label is empty; training leaves them out.</summary>
    public virtual long WithoutLabel => 0;

    /// <summary>Gets warnings about the data.</summary>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <summary>Gets the C# of <see cref="Load"/>, which declares <c>rows</c>.</summary>
    public abstract string LoadCode { get; }

    /// <summary>Gets the C# expression of <see cref="Featurizers"/>; null where there are none.</summary>
    public virtual string? FeaturizersCode => null;

    /// <summary>Gets the types and functions that the C# needs.</summary>
    public virtual string TypesCode => "";

    /// <summary>Gets the namespaces that the C# needs besides those of every training.</summary>
    public virtual IReadOnlyList<string> Namespaces => [];

    /// <summary>Returns the rows as they come, with the label's text where there is one.</summary>
    public abstract IDataView Load(MLContext ml);

    /// <summary>
    /// Returns the transforms from the rows to <see cref="FeatureColumn"/>; null where there are none.
    /// </summary>
    public virtual IEstimator<ITransformer>? Featurizers(MLContext ml) => null;

    /// <summary>Returns the labels' texts in the order of the rows.</summary>
    public abstract IEnumerable<string> Labels();
}
