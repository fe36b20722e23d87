using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.Export.Onnx;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.MLNetInternals.Export;

/// <summary>
/// A trained network as a part of the pipeline that ML.NET's ConvertToOnnx writes. ML.NET walks from the last
/// transformer back to the first, stops without an error at one that cannot be written, and leaves it and all before it
/// out; what would then be a wrong model is refused here.
/// </summary>
/// <param name="context">Marks the exceptions.</param>
/// <param name="network">The network.</param>
/// <param name="weights">Its arrays.</param>
/// <param name="columns">The columns that it reads and writes.</param>
internal sealed class OnnxPipeline(
    IExceptionContext context, NetworkDefinition network, NetworkWeights weights, ScoringColumns columns)
{
    private const string Prefix = "Microsoft.ML.Spiking";

    /// <summary>Gets what says why the model cannot be written whatever its network; null for no reason.</summary>
    public Func<string?> Fault { get; init; } = () => null;

    /// <summary>Checks that the network can be written, and that nothing it depends on would be left out.</summary>
    /// <param name="export">The model that is being written.</param>
    /// <param name="source">The data that is scored.</param>
    /// <exception cref="NotSupportedException">It cannot.</exception>
    public void Check(OnnxContext export, IDataView source)
    {
        if ((Fault() ?? InputGraph.Fault(network)) is string fault)
        {
            throw context.ExceptNotSupp(fault);
        }
        if (LeftOut(export, source) is not IDataTransform first)
        {
            return;
        }
        DataViewSchema known = Root(first).Schema, given = first.Schema;
        foreach (string name in given.Select(column => column.Name).Distinct())
        {
            int before = known.Count(column => column.Name == name);
            if (before > 0 && given.Count(column => column.Name == name) > before && name != columns.Label.Name)
            {
                throw context.ExceptNotSupp($"The pipeline was not exported to ONNX: a {first.GetType().Name} in it " +
                    $"or in its data cannot be written in that format, and up to it the column '{name}' is replaced, " +
                    "which the exported model would read as it was before. Export the transformers behind it, with " +
                    "data that already has that column.");
            }
        }
    }

    /// <summary>Adds the network.</summary>
    /// <param name="export">The model that is being written.</param>
    /// <exception cref="NotSupportedException">A part of the network, or its features, cannot be written.</exception>
    public void Save(OnnxContext export)
    {
        export.CheckOpSetVersion(OperatorSets.Version, Prefix);
        if (!export.ContainsColumn(columns.FeatureName))
        {
            throw context.ExceptNotSupp("The pipeline was not exported to ONNX: the column " +
                $"'{columns.FeatureName}', which the network reads, comes from a transformer that cannot be written " +
                "in that format. Export the transformers behind it, with data that already has that column.");
        }
        string features = export.GetVariableName(columns.FeatureName);
        string prefix = export.AddIntermediateVariable(null, Prefix, skip: true); // a name that is not taken yet
        var builder = new GraphBuilder(new ContextGraph(export), prefix);
        PredictionGraph prediction = PredictionGraph.Add(builder, network, weights, features, columns.IsBinary);
        DataViewType score = columns.IsBinary
            ? NumberDataViewType.Single : new VectorDataViewType(NumberDataViewType.Single, network.ClassCount);
        builder.Name(
            prediction.Label, export.AddIntermediateVariable(columns.Label.Type, columns.PredictedLabelName));
        builder.Name(prediction.Score, export.AddIntermediateVariable(score, columns.ScoreName));
        if (columns.ProbabilityName is string probability)
        {
            builder.Name(prediction.Probability!,
                export.AddIntermediateVariable(NumberDataViewType.Single, probability));
        }
    }

    /// <summary>Returns the transform at which ML.NET stops; null where it goes through to the data.</summary>
    private static IDataTransform? LeftOut(OnnxContext export, IDataView source)
    {
        IDataView view = source;
        while (view is IDataTransform transform)
        {
            if (transform is not ITransformCanSaveOnnx part || !part.CanSaveOnnx(export))
            {
                return transform;
            }
            view = transform.Source;
        }
        return null;
    }

    private static IDataView Root(IDataView view) => view is IDataTransform transform ? Root(transform.Source) : view;
}
