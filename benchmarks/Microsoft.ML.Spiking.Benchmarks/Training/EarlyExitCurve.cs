using Microsoft.ML.Data;
using Microsoft.ML.Spiking.Benchmarks.Measuring;
using Microsoft.ML.Spiking.Benchmarks.Scoring.Trained;

namespace Microsoft.ML.Spiking.Benchmarks.Training;

/// <summary>Counts of spikes, and rows that end when they are decided: accuracy, steps, spikes and time.</summary>
internal sealed class EarlyExitCurve : IBenchmark
{
    private static readonly double[] Confidences = [0.5, 0.7, 0.9, 0.95, 0.99, 0.999, double.PositiveInfinity];

    public string Name => "early-exit";

    public string Description =>
        "counts of spikes and early exits, digits 784-340-340-10 and CIFAR-10 (conv 32-64, if SPIKING_CIFAR names " +
        "its folders): accuracy (%), spikes per neuron, mean steps, row time over that of all steps";

    public void Run(bool quick, TextWriter output)
    {
        (int rows, int tests, int epochs) = quick ? (4_000, 2_000, 3) : (20_000, 10_000, 12);
        var ml = new MLContext(1);
        IDataView train = ml.Data.LoadFromEnumerable(Digits.Train(rows));
        IDataView test = ml.Data.LoadFromEnumerable(Digits.Test(tests));
        output.WriteLine(Numbers.Text($"{Digits.Name}, {rows} training rows, {tests} test rows, {epochs} epochs"));
        SpikingClifTrainer.Options Digit() => new()
        {
            Network = new Mlp(340, 340),
            Epochs = epochs,
            Seed = 1,
            NumberOfThreads = 1,
        };
        List<(string Name, SpikingPredictionTransformer Model)> models = [];
        foreach ((int most, int steps, int tuning) in new[]
        {
            (1, 4, 0), (1, 8, 0), (1, 16, 0), (5, 1, 0), (5, 2, 0), (5, 4, 0), (1, 4, 2), (5, 1, 2), (5, 2, 2),
            (1, 16, 2),
        })
        {
            string name = Numbers.Text($"counts, at most {most}, T {steps}, tuned {tuning}");
            var conversion = new CountConversion
            {
                TimeSteps = steps,
                MaximumSpikesPerStep = most,
                FineTuneEpochs = tuning,
            };
            SpikingPredictionTransformer model = Fit(ml, train, Digit(), conversion);
            Report(ml, model, test, name, output);
            if (tuning == 0 && (most, steps) is (1, 16) or (5, 4))
            {
                models.Add((name, model));
            }
        }
        SpikingClifTrainer.Options clif = Digit();
        clif.TimeSteps = 6;
        models.Add(("CLIF, T 6", Fit(ml, train, clif, conversion: null)));
        Curves(ml, models, test, quick, output, "digits");
        if (CifarImages.Folder is null)
        {
            output.WriteLine("CIFAR-10 left out: SPIKING_CIFAR names no folder.");
            return;
        }
        (int images, int testImages, int imageEpochs) = quick ? (1_000, 1_000, 4) : (5_000, 2_000, 15);
        IDataView imageTrain = ml.Data.LoadFromEnumerable(CifarImages.Read("train", images));
        IDataView imageTest = ml.Data.LoadFromEnumerable(CifarImages.Read("test", testImages));
        output.WriteLine(Numbers.Text(
            $"CIFAR-10, {images} training images, {testImages} test images, {imageEpochs} epochs"));
        SpikingClifTrainer.Options Image() => new()
        {
            Network = new ConvNet(32, 64),
            Epochs = imageEpochs,
            Seed = 1,
            NumberOfThreads = 1,
            Augmentation = new() { CropPadding = 2, HorizontalFlip = true },
        };
        List<(string Name, SpikingPredictionTransformer Model)> imageModels = [];
        foreach ((int most, int steps, int tuning) in new[] { (5, 4, 0), (5, 4, 2) })
        {
            string name = Numbers.Text($"counts, at most {most}, T {steps}, tuned {tuning}");
            SpikingPredictionTransformer model = Fit(ml, imageTrain, Image(), new CountConversion
            {
                TimeSteps = steps,
                MaximumSpikesPerStep = most,
                FineTuneEpochs = tuning,
            });
            Report(ml, model, imageTest, name, output);
            imageModels.Add((name, model));
        }
        SpikingClifTrainer.Options image = Image();
        image.TimeSteps = 4;
        imageModels.Add(("CLIF, T 4", Fit(ml, imageTrain, image, conversion: null)));
        Curves(ml, imageModels, imageTest, quick, output, "cifar");
    }

    private static SpikingPredictionTransformer Fit(
        MLContext ml, IDataView train, SpikingClifTrainer.Options options, CountConversion? conversion)
    {
        if (conversion is not null)
        {
            (options.Neuron, options.TimeSteps, options.SpikePenalty, options.Conversion) =
                (new ReluNeuron(), 1, 5e-4, conversion);
        }
        return ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(train);
    }

    private static void Report(
        MLContext ml, SpikingPredictionTransformer model, IDataView test, string name, TextWriter output)
    {
        double accuracy = 100 * ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
        FiringRateReport rates = ml.Model.FiringRates(model, test, new() { MaximumRows = 500 });
        output.WriteLine(Numbers.Text($"{name} | {accuracy:0.00} | {rates.MeanRate * rates.TimeSteps:0.000}"));
    }

    private static void Curves(MLContext ml, List<(string Name, SpikingPredictionTransformer Model)> models,
        IDataView test, bool quick, TextWriter output, string picture)
    {
        List<(string, EarlyExitReport)> reports = [];
        foreach ((string name, SpikingPredictionTransformer model) in models)
        {
            EarlyExitReport report = ml.Model.EarlyExits(model, test, Confidences);
            reports.Add((name, report));
            float[][] rows = [.. test.GetColumn<float[]>("Features").Take(64)];
            float[] all = [.. rows.SelectMany(row => row)];
            float[] scores = new float[rows.Length * model.Model.Network.ClassCount];
            Action[] contenders =
            [
                .. report.Points.Select(point => new SpikingModelParameters(
                    model.Model.Network, model.Model.Weights, exit: new() { Confidence = point.Confidence }))
                    .Select<SpikingModelParameters, Action>(one => () => one.Scorer.Score(all, rows.Length, scores)),
            ];
            double[][] seconds = InterleavedRounds.Measure(quick ? 5 : 15, contenders);
            for (int i = 0; i < report.Points.Count; i++)
            {
                EarlyExitPoint point = report.Points[i];
                output.WriteLine(
                    Numbers.Text($"{name}, confidence {point.Confidence} | {100 * point.Accuracy:0.00} | ") +
                    Numbers.Text($"{point.MeanSteps:0.00} of {report.TimeSteps} steps | time ") +
                    PairedRatio.Of(seconds[i], seconds[^1]));
            }
        }
        if (output is ResultFile file)
        {
            EarlyExitPlot.Write(reports, Path.ChangeExtension(file.Location, null) + $"-{picture}");
        }
    }
}
