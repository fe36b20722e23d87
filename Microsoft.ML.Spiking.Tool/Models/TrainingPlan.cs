using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Tool.Data;

namespace Microsoft.ML.Spiking.Tool.Models;

/// <summary>A training: its options, its rows, and how some are held out.</summary>
/// <param name="Source">The rows.</param>
/// <param name="Validation">Rows to measure on; null to hold out a part.</param>
/// <param name="Holdout">The part of the rows that is held out; 0 for none.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Options">The trainer's options.</param>
/// <param name="Output">The model's file.</param>
internal sealed record TrainingPlan(DataSource Source, DataSource? Validation, double Holdout, int Seed,
    SpikingClifTrainer.Options Options, string Output)
{
    /// <summary>Loads the rows, with keys for labels, and splits them.</summary>
    public PreparedRows Prepare(MLContext ml)
    {
        IDataView rows = Source.Load(ml);
        (IDataView keyed, IReadOnlyList<string> classes) = LabelKeys.Learn(ml, Source, rows);
        if (Validation is not null)
        {
            return new(rows.Schema, classes, keyed,
                LabelKeys.Map(ml, Validation, Validation.Load(ml), Source.LabelColumn, classes));
        }
        if (Holdout == 0)
        {
            return new(rows.Schema, classes, keyed, null);
        }
        DataOperationsCatalog.TrainTestData split = ml.Data.TrainTestSplit(keyed, Holdout, seed: Seed);
        return new(rows.Schema, classes, split.TrainSet, split.TestSet);
    }

    /// <summary>Trains; returns the model that takes the rows as they come and needs no label.</summary>
    public ITransformer Train(MLContext ml, PreparedRows rows)
    {
        ITransformer? featurizers = Source.Featurizers(ml)?.Fit(rows.Train);
        IDataView train = featurizers?.Transform(rows.Train) ?? rows.Train;
        IDataView? validation =
            rows.Validation is null ? null : featurizers?.Transform(rows.Validation) ?? rows.Validation;
        SpikingPredictionTransformer network =
            ml.MulticlassClassification.Trainers.SpikingClif(Options).Fit(train, validation);
        return Chain(ml, featurizers, network, train, Options.PredictedLabelColumnName);
    }

    /// <summary>Returns a model whose predicted label is a text.</summary>
    public static ITransformer Chain(
        MLContext ml, ITransformer? featurizers, ITransformer network, IDataView train, string predictedLabel)
    {
        ITransformer names = ml.Transforms.Conversion.MapKeyToValue(predictedLabel).Fit(network.Transform(train));
        return featurizers is null
            ? new TransformerChain<ITransformer>(network, names)
            : new TransformerChain<ITransformer>(featurizers, network, names);
    }
}

/// <summary>Rows that are ready for featurizers and trainer.</summary>
/// <param name="Schema">The columns as they come, which are saved with the model.</param>
/// <param name="Classes">The classes, in the order of the keys.</param>
/// <param name="Train">Rows to learn from, with keys.</param>
/// <param name="Validation">Rows to measure on; null for none.</param>
internal sealed record PreparedRows(
    DataViewSchema Schema, IReadOnlyList<string> Classes, IDataView Train, IDataView? Validation);
