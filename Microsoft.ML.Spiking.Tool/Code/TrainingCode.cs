using System.Globalization;
using System.Text;
using Microsoft.ML.Spiking.Tool.Data;
using Microsoft.ML.Spiking.Tool.Models;

namespace Microsoft.ML.Spiking.Tool.Code;

/// <summary>The C# program that trains as <see cref="TrainingPlan"/> does, and gives the same model.</summary>
internal static class TrainingCode
{
    private static readonly string[] Always =
        ["Microsoft.ML", "Microsoft.ML.Data", "Microsoft.ML.Spiking", "Microsoft.ML.Transforms"];

    private static readonly string[] Wiring =
        [nameof(SpikingClifTrainer.Options.KeepBestOnCancellation)];

    /// <summary>Returns the program.</summary>
    public static string Of(TrainingPlan plan)
    {
        DataSource source = plan.Source;
        var code = new StringBuilder();
        foreach (string name in Always.Concat(source.Namespaces).Order(StringComparer.Ordinal))
        {
            code.Append(CultureInfo.InvariantCulture, $"using {name};\n");
        }
        code.Append(CultureInfo.InvariantCulture, $"\nvar ml = new MLContext(seed: {plan.Seed});\n\n");
        code.Append(source.LoadCode).Append("\n\n");
        code.Append("// Keys for the labels stay outside the model, which then needs no label to predict.\n");
        code.Append(CultureInfo.InvariantCulture,
            $"IDataView keyed = ml.Transforms.Conversion.MapValueToKey({Literal.Of(source.LabelColumn)},\n");
        code.Append(
            "    keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(rows).Transform(rows);\n");
        if (source.WithoutLabel > 0)
        {
            code.Append(CultureInfo.InvariantCulture,
                $"keyed = ml.Data.FilterRowsByMissingValues(keyed, {Literal.Of(source.LabelColumn)});\n");
        }
        string validation = "validation";
        if (plan.Holdout > 0)
        {
            code.Append(CultureInfo.InvariantCulture,
                $"var split = ml.Data.TrainTestSplit(keyed, testFraction: {plan.Holdout:R}, seed: {plan.Seed});\n");
            code.Append("(IDataView train, IDataView validation) = (split.TrainSet, split.TestSet);\n\n");
        }
        else
        {
            code.Append("IDataView train = keyed;\nIDataView? validation = null; // the last epoch is kept\n\n");
        }
        bool hasFeaturizers = source.FeaturizersCode is not null;
        if (hasFeaturizers)
        {
            code.Append("var featurizers = ").Append(source.FeaturizersCode).Append(";\n");
            code.Append("ITransformer features = featurizers.Fit(train);\n");
            code.Append("train = features.Transform(train);\n");
            if (plan.Holdout > 0)
            {
                code.Append("validation = features.Transform(validation);\n");
            }
            code.Append('\n');
        }
        code.Append("var options = new SpikingClifTrainer.Options\n{\n");
        foreach (string assignment in Literal.Assignments(plan.Options, Wiring))
        {
            code.Append("    ").Append(assignment).Append(",\n");
        }
        code.Append("    MetricsCallback = epoch => Console.WriteLine(\n");
        code.Append("        $\"epoch {epoch.Epoch}: loss {epoch.Loss:0.0000}, accuracy {epoch.Accuracy:P1}, \" +\n");
        code.Append("        $\"validation {epoch.ValidationAccuracy:P1}\"),\n};\n");
        code.Append("SpikingPredictionTransformer network =\n");
        code.Append(CultureInfo.InvariantCulture,
            $"    ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train, {validation});\n");
        code.Append("ITransformer names = ml.Transforms.Conversion.MapKeyToValue(");
        code.Append(Literal.Of(plan.Options.PredictedLabelColumnName)).Append(").Fit(network.Transform(train));\n");
        code.Append("var model = new TransformerChain<ITransformer>(");
        code.Append(hasFeaturizers ? "features, network, names);\n" : "network, names);\n");
        code.Append(CultureInfo.InvariantCulture, $"ml.Model.Save(model, rows.Schema, {Literal.Of(plan.Output)});\n");
        return code.Append(source.TypesCode.Length > 0 ? $"\n{source.TypesCode}\n" : "").ToString();
    }
}
