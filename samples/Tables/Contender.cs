using Microsoft.ML;

namespace Tables;

/// <summary>A trainer with its defaults.</summary>
/// <param name="Name">Its name, here and on the command line.</param>
/// <param name="Create">Returns the trainer.</param>
internal sealed record Contender(string Name, Func<MLContext, IEstimator<ITransformer>> Create)
{
    /// <summary>The name of the library's trainer.</summary>
    public const string Ours = "SpikingClif";

    /// <summary>The name of the trainer that it is measured against.</summary>
    public const string LightGbm = "LightGbm";

    /// <summary>Gets every trainer, the library's first.</summary>
    public static IReadOnlyList<Contender> All { get; } =
    [
        new(Ours, ml => ml.MulticlassClassification.Trainers.SpikingClif()),
        new(LightGbm, ml => ml.MulticlassClassification.Trainers.LightGbm()),
        new("FastForest", ml => ml.MulticlassClassification.Trainers.OneVersusAll(
            ml.BinaryClassification.Trainers.FastForest())),
        new("LbfgsMaximumEntropy", ml => ml.MulticlassClassification.Trainers.LbfgsMaximumEntropy()),
    ];
}
