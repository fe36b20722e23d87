using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.Serialization;

[assembly: LoadableClass(typeof(SpikingBinaryPredictionTransformer), null, typeof(SignatureLoadModel),
    "Spiking network binary scorer", SpikingBinaryPredictionTransformer.LoaderSignature)]

namespace Microsoft.ML.Spiking;

/// <summary>
/// Scores data with a network that was trained for two classes. It adds three columns: the predicted label, a
/// <see cref="bool"/>; the score, a <see cref="float"/>, the logarithm of the odds of <see langword="true"/>; and the
/// probability of <see langword="true"/>, a <see cref="float"/> from 0 to 1.
/// </summary>
/// <remarks>
/// The predicted label is <see langword="true"/> where the score is greater than 0. A row with a missing or infinite
/// feature gets a NaN score and probability and the label <see langword="false"/>, as with ML.NET's own trainers. The
/// score tells rows apart whose probabilities are both rounded to 1. See also the remarks of
/// <see cref="SpikingPredictionTransformerBase"/>.
/// </remarks>
public sealed class SpikingBinaryPredictionTransformer : SpikingPredictionTransformerBase
{
    internal const string LoaderSignature = "SpikingBinaryPredXfer";

    internal SpikingBinaryPredictionTransformer(IHostEnvironment env, SpikingModelParameters model,
        DataViewSchema trainSchema, TrainerColumnNames names, string probability)
        : base(env.Register(LoaderSignature), model, trainSchema, ScoringColumns.Of(
            trainSchema, names.Feature, names.Label, names.PredictedLabel, names.Score, probability))
    {
    }

    private protected override VersionInfo Version => VersionInfo();

    /// <summary>Gets the name of the column with the probability of true.</summary>
    internal string ProbabilityColumnName => Columns.ProbabilityName!;

    internal override SpikingBinaryPredictionTransformer With(SpikingModelParameters model) =>
        new(Host, model, TrainSchema, ColumnNames, Columns.ProbabilityName!);

    /// <summary>Loads a transformer; ML.NET finds this method by its name and calls it.</summary>
    internal static SpikingBinaryPredictionTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(LoaderSignature);
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(VersionInfo());
        LoadedParts parts = Load(host, ctx, outputs: 3,
            (label, classes) => label is BooleanDataViewType && classes == 2);
        var names = new TrainerColumnNames(parts.Feature, parts.Label, Weight: null,
            PredictedLabel: parts.Outputs[0], Score: parts.Outputs[1]);
        return new(host, parts.Model, parts.TrainSchema, names, parts.Outputs[2]);
    }

    private static VersionInfo VersionInfo() => new(
        modelSignature: ModelFormat.BinaryTransformerSignature,
        verWrittenCur: ModelFormat.VersionWithChecksums, // initial
        verReadableCur: ModelFormat.VersionWithChecksums,
        verWeCanReadBack: ModelFormat.VersionWithChecksums,
        loaderAssemblyName: typeof(SpikingBinaryPredictionTransformer).Assembly.GetName().Name,
        loaderSignature: LoaderSignature);
}
