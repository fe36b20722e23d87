using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Spiking;
using Quickstart;

namespace TemporalGradients;

/// <summary>The trainings of both neurons with every horizon and seed, and their results.</summary>
/// <param name="dataFolder">The folder of MNIST.</param>
/// <param name="outputFolder">The folder of the pictures; created if it does not exist.</param>
/// <param name="rows">Training rows.</param>
/// <param name="epochs">Epochs of a training.</param>
/// <param name="seeds">Trainings of each point.</param>
/// <param name="timeSteps">T.</param>
internal sealed class Study(string dataFolder, string outputFolder, int rows, int epochs, int seeds, int timeSteps)
{
    private const int TestRows = 5000, GradientRows = 128;

    // The paper's surrogate and soft reset; its gradients through the reset are kept.
    private static readonly (string Name, NeuronDefinition Neuron)[] Neurons =
    [
        ("LIF", new LifNeuron { Surrogate = new RectangleSurrogate() }),
        ("CLIF", new ClifNeuron { Surrogate = new RectangleSurrogate() }),
    ];

    /// <summary>Trains, prints the table and writes accuracy.csv and the pictures.</summary>
    public void Run()
    {
        Directory.CreateDirectory(outputFolder);
        var ml = new MLContext(seed: 1);
        IDataView all = Features(ml, ml.Data.LoadFromEnumerable(IdxDigits.Read(dataFolder, "train").Take(rows)
            .Concat(IdxDigits.Read(dataFolder, "t10k").Take(TestRows))));
        IDataView train = ml.Data.TakeRows(all, rows), test = ml.Data.SkipRows(all, rows);
        List<HorizonResult> results = [];
        using (var file = new StreamWriter(Path.Combine(outputFolder, "accuracy.csv")))
        {
            file.WriteLine("Neuron,Horizon,MeanAccuracy,StandardDeviation,Seeds");
            foreach ((string name, NeuronDefinition neuron) in Neurons)
            {
                for (int horizon = 0; horizon < timeSteps; horizon++)
                {
                    HorizonResult result = Train(ml, train, test, name, neuron, horizon);
                    results.Add(result);
                    file.WriteLine(string.Join(',', name, horizon, result.Mean.ToString(CultureInfo.InvariantCulture),
                        result.Deviation.ToString(CultureInfo.InvariantCulture), seeds));
                    file.Flush();
                    Console.WriteLine(
                        $"{name,-4}  k = {horizon}  {100 * result.Mean:0.00} % +- {100 * result.Deviation:0.00}");
                }
            }
        }
        foreach ((string file, IEnumerable<string> names) in new[]
        {
            ("figure2", (IEnumerable<string>)["LIF"]), ("figure6", ["LIF", "CLIF"]),
        })
        {
            Picture picture = HorizonPictures.DrawHorizons("MNIST, " + string.Join(" and ", names),
                names.Select(name => (name, results.Where(result => result.Neuron == name)
                    .Select(result => (result.Horizon, result.Mean, result.Deviation)))));
            picture.SavePng(Path.Combine(outputFolder, file + ".png"));
            picture.SaveSvg(Path.Combine(outputFolder, file + ".svg"));
        }
    }

    private HorizonResult Train(
        MLContext ml, IDataView train, IDataView test, string name, NeuronDefinition neuron, int horizon)
    {
        double[] accuracies = new double[seeds];
        for (int seed = 1; seed <= seeds; seed++)
        {
            SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(
                new SpikingClifTrainer.Options
                {
                    Network = new Mlp(128, 128),
                    Neuron = neuron,
                    TimeSteps = timeSteps,
                    Epochs = epochs,
                    GradientHorizon = horizon,
                    Seed = seed,
                    Device = ComputeDevice.Cpu,
                }).Fit(train);
            accuracies[seed - 1] = ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy;
            if (seed == 1 && horizon == timeSteps - 1)
            {
                TemporalGradientReport gradients = ml.Model.TemporalGradients(
                    model, test, new TemporalGradientOptions { MaximumRows = GradientRows });
                Console.WriteLine(gradients);
                gradients.DrawGradients().SavePng(Path.Combine(outputFolder, $"gradients-{name}.png"));
                gradients.DrawGradients().SaveSvg(Path.Combine(outputFolder, $"gradients-{name}.svg"));
            }
        }
        double mean = accuracies.Average();
        double deviation = seeds < 2 ? 0
            : Math.Sqrt(accuracies.Sum(accuracy => (accuracy - mean) * (accuracy - mean)) / (seeds - 1));
        return new(name, horizon, mean, deviation);
    }

    private static IDataView Features(MLContext ml, IDataView data) =>
        ml.Transforms.Conversion.ConvertType("Features", nameof(DigitImage.Pixels))
            .Append(ml.Transforms.Conversion.MapValueToKey(nameof(DigitImage.Label)))
            .Fit(data).Transform(data);

    /// <summary>The accuracies of one neuron and horizon.</summary>
    private sealed record HorizonResult(string Neuron, int Horizon, double Mean, double Deviation);
}
