using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Analysis;
using Microsoft.ML.Spiking.Conversion;
using Microsoft.ML.Spiking.MLNetInternals.Access;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML;

/// <summary>Reports on trained spiking networks, under <see cref="MLContext.Model"/>.</summary>
public static class SpikingAnalysisCatalog
{
    /// <summary>Measures how often the neurons of a model's network fire, by layer, time step and class.</summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">
    /// Rows as the model takes them: they go through the transforms before the network first. Where they have the
    /// label column, rates are given for each class, too.
    /// </param>
    /// <param name="options">The choices; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or an option is out
    /// of its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// No row can be scored, or the network's neurons do not spike.
    /// </exception>
    public static FiringRateReport FiringRates(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, FiringRateOptions? options = null)
    {
        using var host = new CatalogHost(catalog, nameof(FiringRates));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        return FiringRateBuilder.Build(
            analyzed.Parameters.Network, analyzed.Parameters.Weights, analyzed.Rows(), options ?? new());
    }

    /// <summary>Lists when the neurons of a model's network of <see cref="FirstSpikeNeuron"/> spike.</summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">Rows as the model takes them.</param>
    /// <param name="maximumRows">The most rows that are read, at least 1.</param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or the number of
    /// rows is less than 1.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// No row can be scored, or a layer is of other neurons.
    /// </exception>
    public static SpikeTimesReport SpikeTimes(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, int maximumRows = 100)
    {
        using var host = new CatalogHost(catalog, nameof(SpikeTimes));
        if (maximumRows < 1)
        {
            throw host.Host.ExceptParam(nameof(maximumRows),
                FormattableString.Invariant($"{nameof(maximumRows)} is {maximumRows}; it must be at least 1."));
        }
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        return SpikeTimesBuilder.Build(
            analyzed.Parameters.Network, analyzed.Parameters.Weights, analyzed.Rows(), maximumRows);
    }

    /// <summary>
    /// Counts the operations that a model's network needs for a row, and estimates their energy by two conventions,
    /// beside those of rectifiers, LIF and CLIF neurons.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">
    /// Rows as the model takes them, on which it is measured how many values inside of the network are not 0.
    /// </param>
    /// <param name="options">The energies of operations and memory accesses; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or an option is out
    /// of its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">No row can be scored.</exception>
    public static EnergyReport Energy(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, EnergyOptions? options = null)
    {
        using var host = new CatalogHost(catalog, nameof(Energy));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        return EnergyBuilder.Build(
            analyzed.Parameters.Network, analyzed.Parameters.Weights, analyzed.Rows(), options ?? new());
    }

    /// <summary>
    /// Counts the operations that a network needs for a row, before there is a model or data, at firing rates that are
    /// assumed.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="network">The network.</param>
    /// <param name="firingRates">
    /// The firing rate of each layer of neurons by its name, 0 to 1; a single one under the empty name counts for all
    /// layers that are not named.
    /// </param>
    /// <param name="options">The energies of operations and memory accesses; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// A rate is missing, out of its range, or of a layer that is not there, or an option is out of its range.
    /// </exception>
    public static EnergyReport EnergyAtRates(this ModelOperationsCatalog catalog, NetworkDefinition network,
        IReadOnlyDictionary<string, double> firingRates, EnergyOptions? options = null)
    {
        using var host = new CatalogHost(catalog, nameof(EnergyAtRates));
        host.Host.CheckValue(network, nameof(network));
        host.Host.CheckValue(firingRates, nameof(firingRates));
        return EnergyBuilder.Build(network, AssumedRates.By(network, firingRates), options ?? new());
    }

    /// <summary>
    /// Measures how much of the loss's gradient reaches each layer's weights through how many time steps back, with the
    /// weights of a trained model. It needs libtorch.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">Rows as the model takes them, with the label that the loss needs.</param>
    /// <param name="options">The choices; null for the defaults.</param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or an option is out
    /// of its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// No row has a label and finite features, the network's neurons do not spike, or libtorch cannot be loaded.
    /// </exception>
    public static TemporalGradientReport TemporalGradients(this ModelOperationsCatalog catalog, ITransformer model,
        IDataView data, TemporalGradientOptions? options = null)
    {
        using var host = new CatalogHost(catalog, nameof(TemporalGradients));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        return TemporalGradientBuilder.Build(analyzed.Parameters.Network, analyzed.Parameters.Weights,
            analyzed.Rows(needsLabel: true), options ?? new());
    }

    /// <summary>
    /// Converts a model's CLIF neurons to LIF neurons with the same weights, and looks for the hard reset with which
    /// the model remains most accurate.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network, which is not changed.</param>
    /// <param name="data">
    /// Rows as the model takes them, with labels, that the reset is chosen by: not those that the result is tested on.
    /// </param>
    /// <param name="options">The choices; null for the defaults.</param>
    /// <returns>The accuracies of all ways to reset, and the converted model.</returns>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or an option is out
    /// of its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The network has no CLIF neurons, or no row has a label and finite features.
    /// </exception>
    public static LifConversion ConvertClifToLif(this ModelOperationsCatalog catalog, ITransformer model,
        IDataView data, LifConversionOptions? options = null)
    {
        using var host = new CatalogHost(catalog, nameof(ConvertClifToLif));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        options ??= new();
        IEnumerable<(float[] Features, int Label)> rows =
            analyzed.Rows(needsLabel: true).Rows.Take(options.MaximumRows ?? int.MaxValue)
                .Select(row => (row.Features, row.Label));
        (LifConversion report, NetworkDefinition network, NetworkWeights weights) = ClifToLifConverter.Convert(
            analyzed.Parameters.Network, analyzed.Parameters.Weights, rows, options);
        report.Model = AnalyzedModel.Exchange(host.Host, model, _ => new(network, weights));
        return report;
    }

    /// <summary>
    /// Folds the batch normalizations of a model's network, which are affine when it scores, into the weights before
    /// them. Scores stay as they were, to rounding. Normalizations behind something else than a layer with weights
    /// stay.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network, which is not changed.</param>
    /// <returns>The model with the folded network; of a chain, the whole chain.</returns>
    /// <exception cref="ArgumentException">The model has no spiking network, or more than one.</exception>
    public static ITransformer FoldBatchNorms(this ModelOperationsCatalog catalog, ITransformer model)
    {
        using var host = new CatalogHost(catalog, nameof(FoldBatchNorms));
        return AnalyzedModel.Exchange(host.Host, model, parameters =>
        {
            (NetworkDefinition network, NetworkWeights weights) =
                BatchNormFolding.Apply(parameters.Network, parameters.Weights);
            return new(network, weights);
        });
    }

    /// <summary>
    /// Rounds the weights of a model's linear layers and convolutions to <see cref="WeightPrecision.Int8"/>: its file
    /// becomes about a quarter, and linear layers score faster. Biases, normalizations and neurons' values stay
    /// float32. See docs/compression.md.
    /// </summary>
    /// <remarks>
    /// The result scores, saves and loads like any model, in packages from the version on that has this method; others
    /// refuse its file. Exported to ONNX, its weights are the rounded values as float32. A training that continues from
    /// it starts from the rounded values and gives a model of float32, as do other conversions for the layers that they
    /// change: quantize last. Measure what it costs by evaluating both models on rows that neither has seen.
    /// </remarks>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network, which is not changed.</param>
    /// <param name="precision">
    /// Of the weights; with <see cref="WeightPrecision.Float32"/> they keep their values and are saved in 32 bits.
    /// </param>
    /// <returns>The model with rounded weights; of a chain, the whole chain.</returns>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network, or more than one, or the precision is not one of those that are defined.
    /// </exception>
    /// <exception cref="InvalidOperationException">A weight is infinite or not a number.</exception>
    public static ITransformer QuantizeWeights(
        this ModelOperationsCatalog catalog, ITransformer model, WeightPrecision precision = WeightPrecision.Int8)
    {
        using var host = new CatalogHost(catalog, nameof(QuantizeWeights));
        if (!Enum.IsDefined(precision))
        {
            throw host.Host.ExceptParam(nameof(precision), $"The precision is {precision}; it must be one of " +
                $"{string.Join(", ", Enum.GetNames<WeightPrecision>())}.");
        }
        return AnalyzedModel.Exchange(host.Host, model, parameters => new(
            parameters.Network, WeightQuantization.Apply(parameters.Network, parameters.Weights, precision)));
    }

    /// <summary>
    /// Sets the smallest weights of a model's linear layers and convolutions to 0, and trains the others on. The file
    /// becomes smaller, as zeros are compressed; scoring becomes no faster. See docs/compression.md.
    /// </summary>
    /// <remarks>
    /// The result is an ordinary model with weights of float32: quantize it afterwards. A later training keeps its
    /// zeros where <see cref="SpikingClifTrainer.Options.KeepZeroWeights"/> says so.
    /// </remarks>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network, which is not changed.</param>
    /// <param name="trainData">
    /// Rows as the model takes them, with labels, for the fine-tuning; those that the model was trained on.
    /// </param>
    /// <param name="testData">Rows as the model takes them, with labels, that accuracies are measured on.</param>
    /// <param name="options">The choices; null for the defaults.</param>
    /// <returns>The accuracies, and the pruned model.</returns>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or an option is out
    /// of its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// No test row has a label and finite features, or the fine-tuning cannot run; see
    /// <see cref="SpikingClifTrainer.Fit(IDataView, ITransformer)"/>.
    /// </exception>
    public static PruningReport PruneWeights(this ModelOperationsCatalog catalog, ITransformer model,
        IDataView trainData, IDataView testData, PruningOptions? options = null)
    {
        using var host = new CatalogHost(catalog, nameof(PruneWeights));
        return ModelPruning.Run(host.Host, model, trainData, testData, options ?? new());
    }

    /// <summary>
    /// Reports what a training has led to: its learning curve, and on labelled rows the confusion of classes, their
    /// precision and recall, and how far probabilities can be believed.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">Rows as the model takes them, with labels; not those that it was trained on.</param>
    /// <param name="epochs">
    /// The reports that <see cref="SpikingClifTrainer.Options.MetricsCallback"/> received; null for none.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, or a column is missing or has another type.
    /// </exception>
    /// <exception cref="InvalidOperationException">No row has a label and finite features.</exception>
    public static TrainingReport TrainingResults(this ModelOperationsCatalog catalog, ITransformer model,
        IDataView data, IReadOnlyList<EpochMetrics>? epochs = null)
    {
        using var host = new CatalogHost(catalog, nameof(TrainingResults));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        return TrainingReportBuilder.Build(analyzed.Parameters.Network, analyzed.Parameters.Weights,
            analyzed.Rows(needsLabel: true), epochs ?? []);
    }

    /// <summary>
    /// Fits a temperature to a model's probabilities, so that they tell how often it is right, and gives the model with
    /// it.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network, which is not changed.</param>
    /// <param name="data">
    /// Validation rows as the model takes them, with labels; not those that it was trained on.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, or a column is missing or has another type.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// No row has a label and finite features, or the network does not end in a layer with weights.
    /// </exception>
    public static TemperatureFit FitTemperature(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data) =>
        FitTemperature(catalog, model, data, exampleWeightColumnName: null);

    /// <summary>
    /// Fits a temperature to a model's probabilities on rows that count by their weights.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network, which is not changed.</param>
    /// <param name="data">
    /// Validation rows as the model takes them, with labels; not those that it was trained on.
    /// </param>
    /// <param name="exampleWeightColumnName">
    /// How much each row counts: a column of <see cref="float"/> in the data as the network takes them; null for all
    /// alike. Rows whose weight is not a number greater than 0 are skipped.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, or a column is missing or has another type.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// No row has a label, a weight greater than 0 and finite features, or the network does not end in a layer with
    /// weights.
    /// </exception>
    public static TemperatureFit FitTemperature(this ModelOperationsCatalog catalog, ITransformer model,
        IDataView data, string? exampleWeightColumnName)
    {
        using var host = new CatalogHost(catalog, nameof(FitTemperature));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        (NetworkDefinition network, NetworkWeights weights) =
            (analyzed.Parameters.Network, analyzed.Parameters.Weights);
        TemperatureFit fit = TemperatureFit.Of(
            ScoredLabels.Of(network, weights, analyzed.Rows(needsLabel: true, exampleWeightColumnName)));
        NetworkWeights divided = TemperatureFit.Divide(network, weights, fit.Temperature);
        fit.Model = AnalyzedModel.Exchange(host.Host, model, _ => new(network, divided));
        return fit;
    }

    /// <summary>
    /// Measures what <see cref="EarlyExit"/> would do to a model: its accuracy and its mean number of time steps at
    /// several confidences. The rows are scored once, and the model is not changed.
    /// </summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">Rows as the model takes them, with labels.</param>
    /// <param name="confidences">
    /// The confidences, each greater than 0; null for ten from 0.4 to infinity, which is all time steps.
    /// </param>
    /// <param name="minimumSteps">The steps before which no row is decided, at least 1.</param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or a confidence or
    /// the number of steps is out of its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">No row has a label and finite features.</exception>
    public static EarlyExitReport EarlyExits(this ModelOperationsCatalog catalog, ITransformer model, IDataView data,
        IReadOnlyList<double>? confidences = null, int minimumSteps = 1)
    {
        using var host = new CatalogHost(catalog, nameof(EarlyExits));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        return EarlyExitBuilder.Build(analyzed.Parameters.Network, analyzed.Parameters.Weights,
            analyzed.Rows(needsLabel: true), confidences ?? EarlyExitBuilder.Confidences, minimumSteps);
    }

    /// <summary>Explains the prediction of one row: which features speak for the class and which against it.</summary>
    /// <param name="catalog">The model operations of the context.</param>
    /// <param name="model">A trained or loaded model with one spiking network; it may be a chain.</param>
    /// <param name="data">Rows as the model takes them; attributions are of the features behind its transforms.</param>
    /// <param name="options">The choices, the row's number among them; null for the first row.</param>
    /// <exception cref="ArgumentException">
    /// The model has no spiking network or more than one, a column is missing or has another type, or an option is out
    /// of its range or names a row or class that is not there.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// The row has missing or infinite features, or gradients are asked for and do not reach them, or libtorch cannot
    /// be loaded.
    /// </exception>
    public static PredictionExplanation Explain(
        this ModelOperationsCatalog catalog, ITransformer model, IDataView data, ExplanationOptions? options = null)
    {
        using var host = new CatalogHost(catalog, nameof(Explain));
        AnalyzedModel analyzed = AnalyzedModel.Of(host.Host, model, data);
        return ExplanationBuilder.Build(analyzed.Parameters.Network, analyzed.Parameters.Weights, analyzed.Rows().Rows,
            analyzed.Classes(), analyzed.FeatureNames(), options ?? new());
    }
}
