// Trains a spiking network on touches of braille letters, then reads others as a stream: one reading of 12 sensors
// after the other, with several rules for when to decide.
//
//   Tactile FILE [EPOCHS]     FILE is braille.csv or braille.csv.gz

using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Spectre.Console;
using Tactile;

const int TestFrom = 40; // of 50 repetitions of each letter
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length is 0 or > 2 || (args.Length == 2 && !int.TryParse(args[1], out _)))
{
    Console.Error.WriteLine("Tactile FILE [EPOCHS]");
    return 2;
}
try
{
    IReadOnlyList<Touch> touches = Touch.Read(args[0]);
    var ml = new MLContext(seed: 1);
    IDataView train = ml.Data.LoadFromEnumerable(touches.Where(touch => touch.Repetition < TestFrom));
    Touch[] others = [.. touches.Where(touch => touch.Repetition >= TestFrom)];
    var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
        .Append(ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
        {
            Network = new Mlp(128, 128),
            Epochs = args.Length == 2 ? int.Parse(args[1]) : 40,
            BatchSize = 32,
            Seed = 1,
        }));
    TransformerChain<SpikingPredictionTransformer> model = pipeline.Fit(train);
    double accuracy = ml.MulticlassClassification.Evaluate(
        model.Transform(ml.Data.LoadFromEnumerable(others))).MicroAccuracy;
    AnsiConsole.WriteLine($"whole touches: {accuracy:P1} of {others.Length} right, 27 letters");
    Stream(model, others);
    return 0;
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static void Stream(TransformerChain<SpikingPredictionTransformer> model, Touch[] touches)
{
    VBuffer<ReadOnlyMemory<char>> names = default;
    model.LastTransformer.GetOutputSchema(new MLContext().Data.LoadFromEnumerable(touches).Schema)["PredictedLabel"]
        .GetKeyValues(ref names);
    string[] letters = [.. names.DenseValues().Select(name => name.ToString())];
    foreach ((string rule, StreamDecision decision) in Rules())
    {
        SpikingStream stream = model.LastTransformer.Model.CreateStream(new() { Decision = decision });
        int right = 0, steps = 0;
        foreach (Touch touch in touches)
        {
            stream.Reset();
            StreamStep step = default;
            for (int t = 0; t < Touch.Steps && !step.IsDecision; t++)
            {
                step = stream.Push(touch.Features.AsSpan(t * Touch.Sensors, Touch.Sensors));
            }
            right += letters[step.Class] == touch.Label ? 1 : 0;
            steps += step.Step;
        }
        AnsiConsole.WriteLine($"{rule,-32} {(double)right / touches.Length,7:P1} right after " +
            $"{(double)steps / touches.Length:0.0} of {Touch.Steps} readings");
    }
}

static IEnumerable<(string Rule, StreamDecision Decision)> Rules()
{
    foreach (float probability in (float[])[0.1f, 0.2f, 0.3f])
    {
        yield return ($"a probability of {probability:P0}", StreamDecision.Confidence(probability, minimumSteps: 20));
    }
    foreach (int readings in (int[])[20, 40])
    {
        yield return ($"the same for {readings} readings", StreamDecision.Patience(readings));
    }
    yield return ("at the end", StreamDecision.AtEnd);
}
