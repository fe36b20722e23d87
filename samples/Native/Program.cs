// Scores rows with a saved model, in a program of a few megabytes without .NET, ML.NET or libtorch:
//
//   Native MODEL.ZIP ROWS        each line of ROWS: the features, separated by spaces, as the trainer saw them; without
//                                it they come from standard input
//
// prints a line for each row: the label, then the probability of each class.

using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.Spiking.Runtime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [string path, .. { Length: <= 1 } rows])
{
    Console.Error.WriteLine("usage: Native MODEL.ZIP [ROWS]");
    return 2;
}
try
{
    SpikingModel model = SpikingModel.Load(path);
    using TextReader input = rows is [string file] ? File.OpenText(file) : Console.In;
    for (int number = 1; input.ReadLine() is string line; number++)
    {
        SpikingPrediction prediction = model.Predict(Parse(line, number, model.FeatureCount));
        Console.WriteLine($"{prediction.Label} {string.Join(' ', prediction.Probabilities)}");
        if (number == 1)
        {
            // Since the process began: what a user waits for.
            TimeSpan waited = DateTime.Now - Process.GetCurrentProcess().StartTime;
            Console.Error.WriteLine($"first prediction after {waited.TotalMilliseconds:0} ms");
        }
    }
    return 0;
}
catch (Exception exception) when (exception is IOException or FormatException or NotSupportedException
    or ArgumentException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}

static float[] Parse(string line, int number, int count)
{
    string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    if (words.Length != count)
    {
        throw new FormatException($"Line {number} has {words.Length} values; the model takes {count}.");
    }
    float[] row = new float[count];
    for (int i = 0; i < count; i++)
    {
        if (!float.TryParse(words[i], out row[i]))
        {
            throw new FormatException($"Line {number} has '{words[i]}' where a number is expected.");
        }
    }
    return row;
}
