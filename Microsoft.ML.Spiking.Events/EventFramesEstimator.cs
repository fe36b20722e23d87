using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// Makes frames of recordings, by rule; it learns nothing. See <see cref="EventTransforms.ToFrames"/>.
/// </summary>
public sealed class EventFramesEstimator : TrivialEstimator<EventFramesTransformer>
{
    internal EventFramesEstimator(IHostEnvironment env, string output, string input, EventFrameOptions options)
        : base(Contracts.CheckRef(env, nameof(env)).Register(nameof(EventFramesEstimator)),
            new EventFramesTransformer(env, output, input, options))
    {
    }

    /// <summary>Returns the schema of data after the transform.</summary>
    /// <param name="inputSchema">Must have the column of recordings.</param>
    /// <exception cref="ArgumentException">The column is missing or has another type.</exception>
    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Host.CheckValue(inputSchema, nameof(inputSchema));
        string input = Transformer.InputColumnName, output = Transformer.OutputColumnName;
        if (!inputSchema.TryFindColumn(input, out SchemaShape.Column column))
        {
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", input);
        }
        if (column.ItemType is not EventRecordingDataViewType || column.Kind != SchemaShape.Column.VectorKind.Scalar)
        {
            throw Host.ExceptSchemaMismatch(nameof(inputSchema), "input", input,
                EventRecordingDataViewType.Instance.ToString(), column.GetTypeString());
        }
        Dictionary<string, SchemaShape.Column> columns = inputSchema.ToDictionary(item => item.Name);
        columns[output] = new SchemaShape.Column(
            output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false);
        return new SchemaShape(columns.Values);
    }
}
