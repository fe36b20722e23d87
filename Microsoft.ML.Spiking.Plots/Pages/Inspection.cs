using System.Globalization;
using Microsoft.ML.Data;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Plots.Pages;

/// <summary>Writes the page about a network: what it is, then, with data, what it does.</summary>
internal sealed class Inspection(
    ModelOperationsCatalog catalog, ITransformer model, IDataView? data, InspectionOptions options)
{
    private const int MostDrawnLayers = 6;

    private readonly SpikingPredictionTransformerBase _network = Find(model);

    /// <summary>Writes the folder; returns the path of its index.html.</summary>
    public string Save(string folder)
    {
        Create(folder);
        var page = new HtmlPage(folder);
        AddCard(page);
        if (data is not null)
        {
            TrainingReport? results = Attempt(page, "Results",
                () => catalog.TrainingResults(model, data, options.Epochs), needsLabels: true);
            if (results is not null)
            {
                AddResults(page, results);
            }
            FiringRateReport? firing = Attempt(page, "Firing", () => catalog.FiringRates(
                model, data, new FiringRateOptions { MaximumRows = options.MaximumRows }));
            if (firing is not null)
            {
                AddFiring(page, firing);
                AddRows(page, firing);
            }
            AddEnergy(page);
            AddGradients(page);
            AddExplanations(page, folder);
        }
        return page.Save(options.Title);
    }

    /// <summary>Creates the folder and finds out, before long work, whether files can be written to it.</summary>
    private static void Create(string folder)
    {
        if (File.Exists(folder))
        {
            throw new IOException($"The page cannot be written: '{folder}' is a file; name a folder.");
        }
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $"{Guid.NewGuid():N}.tmp");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            string sentence = $"The page cannot be written to the folder '{folder}': {exception.Message}";
            throw exception is IOException
                ? new IOException(sentence, exception) : new UnauthorizedAccessException(sentence, exception);
        }
    }

    private static SpikingPredictionTransformerBase Find(ITransformer model)
    {
        SpikingPredictionTransformerBase[] found = [.. Flat(model).OfType<SpikingPredictionTransformerBase>()];
        return found is [SpikingPredictionTransformerBase network] ? network : throw new ArgumentException(
            Invariant($"The model has {found.Length} spiking networks; one can be inspected."), nameof(model));
    }

    private static IEnumerable<ITransformer> Flat(ITransformer model) =>
        model is IEnumerable<ITransformer> chain ? chain.SelectMany(Flat) : [model];

    private void AddCard(HtmlPage page)
    {
        var card = new NetworkCard(_network.Model);
        page.Section("Network").Facts(card.Facts).Table(
            ["layer", "kind", "output", "signal", "parameters#"],
            card.Layers.Select(layer => (IReadOnlyList<string>)
            [
                new string('\u00a0', 4 * layer.Depth) + layer.Name, layer.Kind, layer.Output,
                layer.Signal, Number(layer.Parameters),
            ]));
        page.Note("Outputs are the shapes of one time step: [features] or [channels, height, width]. A signal is " +
            "constant (the same at every time step), spikes (0 or 1) or graded.");
    }

    private void AddResults(HtmlPage page, TrainingReport results)
    {
        page.Section("Results").Facts(
        [
            ("Rows", Number(results.Rows)), ("Accuracy", Percent(results.Accuracy)),
            ("Log-loss", results.LogLoss.ToString("0.0000", CultureInfo.InvariantCulture)),
            ("Expected calibration error", Percent(results.CalibrationError)),
        ]);
        if (results.SkippedRows > 0)
        {
            page.Note(
                Invariant($"{results.SkippedRows:N0} rows without a label or with missing features are left out."));
        }
        page.Beside(pictures =>
        {
            pictures.Figure("confusion", results.DrawConfusion(), "Of the rows of each label, in per cent, what they " +
                "were taken for.", 640, 520);
            pictures.Figure("reliability", results.DrawReliability(),
                "Accuracy against confidence; on the dashed line probabilities tell how often the network is right.",
                640, 520);
        });
        page.Table(["class", "rows#", "precision %#", "recall %#"], results.Classes.Select(result =>
            (IReadOnlyList<string>)[result.Class, Number(result.Rows), Share(result.Precision), Share(result.Recall)]));
        if (options.Epochs.Count > 0)
        {
            page.Figure("learning-curve", results.DrawLearningCurve(), "Accuracy after each epoch.");
        }
        else
        {
            page.Note("The learning curve needs the figures of the epochs, which were not given.");
        }
    }

    private static void AddFiring(HtmlPage page, FiringRateReport firing)
    {
        page.Section("Firing")
            .Paragraph(Invariant($"A firing rate is the number of spikes per neuron and time step. ") +
            Invariant($"Over {firing.Rows:N0} rows and {firing.TimeSteps} time steps all neurons together fire at ") +
            $"{Percent(firing.MeanRate)}.");
        page.Table(["layer", "neurons#", "rate %#", "dead#", "saturated#"], firing.Layers.Select(layer =>
            (IReadOnlyList<string>)
            [layer.Name, Number(layer.Neurons), Share(layer.Rate), Number(layer.DeadNeurons),
                Number(layer.SaturatedNeurons)]));
        page.Note(Invariant($"Dead neurons never fired; saturated ones fired at {100 * firing.SaturationRate:0.#} % ") +
            "of the steps or more.");
        page.Beside(pictures =>
        {
            pictures.Figure("rates", firing.DrawRates(), "Firing rate of each layer.");
            pictures.Figure("step-rates", firing.DrawStepRates(), "Firing rate of each layer by time step.");
        });
        if (firing.Layers is [{ ClassRates.Count: > 0 } first, ..])
        {
            page.Heading("By class, in per cent");
            AddClassRates(page, firing.Layers, [.. first.ClassRates.Select(rate => rate.Class)]);
        }
        page.Heading("Histograms over the neurons");
        page.Beside(pictures =>
        {
            foreach ((int index, LayerFiring layer) in firing.Layers.Index().Take(MostDrawnLayers))
            {
                pictures.Figure(Invariant($"histogram-{index + 1}"), firing.DrawHistogram(layer.Name),
                    $"How many neurons of {layer.Name} fire at which rate.");
            }
        });
        NoteLayers(page, firing.Layers.Count);
    }

    /// <summary>Adds a table with the fewer of layers and classes across, for narrow windows.</summary>
    private static void AddClassRates(HtmlPage page, IReadOnlyList<LayerFiring> layers, string[] classes)
    {
        if (layers.Count <= classes.Length)
        {
            page.Table(["class", .. layers.Select(layer => layer.Name + "#")], classes.Index().Select(found =>
                (IReadOnlyList<string>)
                    [found.Item, .. layers.Select(layer => Share(layer.ClassRates[found.Index].Rate))]));
            return;
        }
        page.Table(["layer", .. classes.Select(name => name + "#")], layers.Select(layer =>
            (IReadOnlyList<string>)[layer.Name, .. layer.ClassRates.Select(rate => Share(rate.Rate))]));
    }

    /// <summary>
    /// Adds spikes and potentials of the chosen rows: of each layer its busiest and its most usual neuron.
    /// </summary>
    private void AddRows(HtmlPage page, FiringRateReport firing)
    {
        if (options.Rows.Count == 0)
        {
            return;
        }
        LayerFiring[] drawn = [.. firing.Layers.Take(MostDrawnLayers)];
        FiringRateReport report = catalog.FiringRates(model, data!, new FiringRateOptions
        {
            MaximumRows = options.Rows.Max() + 1,
            RasterRows = options.Rows,
            TracedNeurons = [.. drawn.SelectMany(Traced).Distinct()],
        });
        page.Section("Spikes and potentials");
        foreach (int row in options.Rows)
        {
            page.Heading(Invariant($"Row {row}: spikes"));
            page.Beside(pictures =>
            {
                foreach ((int index, SpikeRaster raster) in report.Rasters.Where(raster => raster.Row == row)
                    .Index().Take(MostDrawnLayers))
                {
                    pictures.Figure(Invariant($"raster-{row}-{index + 1}"), raster.DrawRaster(),
                        $"Which neurons of {raster.Layer} fire at which time step.");
                }
            });
            page.Heading(Invariant($"Row {row}: potentials"))
                .Note("Of each layer the neuron that fires most over all " +
                "rows, and one of the mean rate. The membrane potential is that before the reset.");
            page.Beside(pictures =>
            {
                foreach ((int index, PotentialTrace trace) in report.Traces.Where(trace => trace.Row == row).Index())
                {
                    pictures.Figure(Invariant($"trace-{row}-{index + 1}"), trace.DrawTrace(),
                        Invariant($"Neuron {trace.Neuron.Index} of {trace.Neuron.Layer}."));
                }
            });
        }
        NoteLayers(page, firing.Layers.Count);
    }

    private static IEnumerable<NeuronPlace> Traced(LayerFiring layer)
    {
        IReadOnlyList<double> rates = layer.NeuronRates;
        yield return new(layer.Name, Enumerable.Range(0, rates.Count).MaxBy(neuron => rates[neuron]));
        yield return new(layer.Name, Enumerable.Range(0, rates.Count)
            .MinBy(neuron => Math.Abs(rates[neuron] - layer.Rate)));
    }

    private void AddEnergy(HtmlPage page)
    {
        EnergyReport energy =
            catalog.Energy(model, data!, new EnergyOptions { MaximumRows = options.MaximumRows });
        page.Section("Operations and energy").Paragraph(
            Invariant($"One row takes {energy.Accumulates:N0} accumulates (AC) and {energy.MultiplyAccumulates:N0} ") +
            Invariant($"multiply-accumulates (MAC), mean of {energy.Rows:N0} rows."));
        page.Table(["neurons", "AC#", "MAC#", "operations, µJ#", "with memory, µJ#"],
            energy.Estimates.Select(estimate => (IReadOnlyList<string>)
            [
                estimate.Neuron, Number(estimate.Accumulates), Number(estimate.MultiplyAccumulates),
                Micro(estimate.OperationEnergy), Micro(estimate.MemoryModelEnergy),
            ]));
        page.Beside(pictures =>
        {
            pictures.Figure("energy", energy.DrawEnergy(), "Energy of one row in both conventions.");
            pictures.Figure("operations", energy.DrawOperations(), "Operations of each layer for one row.");
        });
        page.Note(energy.Conventions);
    }

    private void AddGradients(HtmlPage page)
    {
        if (!options.HasGradients)
        {
            return;
        }
        TemporalGradientReport? report =
            Attempt(page, "Gradients through time", () => catalog.TemporalGradients(model, data!), needsLabels: true);
        if (report is not null)
        {
            page.Section("Gradients through time").Figure("gradients", report.DrawGradients(),
                Invariant($"The norm of what each further step back adds to the gradient of the loss by a layer's ") +
                Invariant($"weights, of {report.Rows:N0} rows, in per cent of the whole gradient's norm."));
        }
    }

    private void AddExplanations(HtmlPage page, string folder)
    {
        if (options.Rows.Count == 0)
        {
            return;
        }
        page.Section("Explanations")
            .Paragraph("Which features speak for the predicted class, and which against it, by " +
            (options.Explanation == ExplanationMethod.Occlusion
                ? "occlusion: how much the class's probability falls without them."
                : "the surrogate gradient of the class's logit."));
        foreach (int row in options.Rows)
        {
            PredictionExplanation why = catalog.Explain(
                model, data!, new ExplanationOptions { Row = row, Method = options.Explanation });
            page.Heading(Invariant($"Row {row}: '{why.Class}', probability {100 * why.Probability:0.0} %"));
            if (ShapeOf(why) is not [.., _, _, _] shape)
            {
                page.Figure(Invariant($"explanation-{row}"), why.DrawAttributions(),
                    "The features with the largest attributions.", 900, 480);
                continue;
            }
            string image = Invariant($"row-{row}.png"), overlay = Invariant($"explanation-{row}.png");
            PixelPictures.SaveImage(why, shape, Path.Combine(folder, image));
            PixelPictures.SaveOverlay(why, shape, Path.Combine(folder, overlay));
            double most = why.Attributions.Max(Math.Abs);
            page.Beside(pictures =>
            {
                pictures.Pixels(image, shape.Count > 3 ? "The row, summed over time steps and channels."
                    : shape[0] is 1 or 3 ? "The row." : "The row, summed over channels.");
                pictures.Pixels(overlay, "Over it, blue for the class, orange against it; full color is " +
                    Invariant($"the largest attribution of a pixel (single values up to {most:0.###})."));
            });
        }
    }

    /// <summary>
    /// Returns the row's shape: that of the feature column where the network takes an image as a plain vector.
    /// </summary>
    private IReadOnlyList<int> ShapeOf(PredictionExplanation why) =>
        why.Shape.Count == 1 && _network.FeatureColumnType is VectorDataViewType { Dimensions: [_, _, _] } image
            ? image.Dimensions : why.Shape;

    /// <summary>Returns a report, or says in its place why there is none: no labels, no spikes, no libtorch.</summary>
    private T? Attempt<T>(HtmlPage page, string title, Func<T> report, bool needsLabels = false) where T : class
    {
        if (needsLabels && data!.Schema.GetColumnOrNull(_network.Label.Name) is null)
        {
            page.Section(title).Note($"Not shown: the rows have no label column '{_network.Label.Name}'.");
            return null;
        }
        try
        {
            return report();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            page.Section(title).Note($"Not shown: {exception.Message}");
            return null;
        }
    }

    private static void NoteLayers(HtmlPage page, int layers)
    {
        if (layers > MostDrawnLayers)
        {
            page.Note(Invariant($"Of {layers} layers the first {MostDrawnLayers} are drawn."));
        }
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Micro(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    private static string Share(double? share) =>
        share is double value ? (100 * value).ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static string Percent(double share) => $"{Share(share)} %";
}
