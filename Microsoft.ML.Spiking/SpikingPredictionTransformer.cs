using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Serialization;

[assembly: LoadableClass(typeof(SpikingPredictionTransformer), null, typeof(SignatureLoadModel),
    "Spiking network scorer", SpikingPredictionTransformer.LoaderSignature)]

namespace Microsoft.ML.Spiking;

/// <summary>
/// Scores data with a trained network. It adds two columns: the predicted label, a key of the training label's type
/// with its key values, and the score, a vector of the classes' probabilities in the order of the keys.
/// </summary>
/// <remarks>
/// A row with a missing or infinite feature gets NaN scores and the missing key. See also the remarks of
/// <see cref="SpikingPredictionTransformerBase"/>.
/// </remarks>
public sealed class SpikingPredictionTransformer : SpikingPredictionTransformerBase
{
    internal const string LoaderSignature = "SpikingPredXfer";

    internal SpikingPredictionTransformer(
        IHostEnvironment env, SpikingModelParameters model, DataViewSchema trainSchema, TrainerColumnNames names)
        : base(env.Register(LoaderSignature), model, trainSchema, ScoringColumns.Of(
            trainSchema, names.Feature, names.Label, names.PredictedLabel, names.Score))
    {
    }

    private protected override VersionInfo Version => VersionInfo();

    internal override SpikingPredictionTransformer With(SpikingModelParameters model) =>
        new(Host, model, TrainSchema, ColumnNames);

    /// <summary>Loads a transformer; ML.NET finds this method by its name and calls it.</summary>
    internal static SpikingPredictionTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(LoaderSignature);
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(VersionInfo());
        LoadedParts parts = Load(host, ctx, outputs: 2, (label, classes) =>
            label is KeyDataViewType key && key.RawType == typeof(uint) && key.Count == (ulong)classes);
        var names = new TrainerColumnNames(parts.Feature, parts.Label, Weight: null,
            PredictedLabel: parts.Outputs[0], Score: parts.Outputs[1]);
        return new(host, parts.Model, parts.TrainSchema, names);
    }

    private static VersionInfo VersionInfo() => new(
        modelSignature: ModelFormat.TransformerSignature,
        // 0x00010001: initial
        // 0x00010002: checksums of the training schema and of the column names
        verWrittenCur: ModelFormat.VersionWithChecksums,
        verReadableCur: ModelFormat.VersionWithChecksums,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(SpikingPredictionTransformer).Assembly.GetName().Name,
        loaderSignature: LoaderSignature);
}
