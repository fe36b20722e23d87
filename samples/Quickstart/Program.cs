// Trains a spiking network on images of digits inside an ML.NET pipeline, tests it on unseen ones, saves it, and lets a
// second process load the file and predict.
//
//   Quickstart                      the built-in data: digits drawn from a seed
//   Quickstart --data FOLDER        MNIST, the four *-ubyte.gz files in FOLDER
//   Quickstart predict MODEL.ZIP    the second process

using System.Globalization;
using Quickstart;
using Spectre.Console;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

try
{
    switch (args)
    {
        case []:
            return Training.Run(DigitSource.Drawn());
        case ["--data", string folder]:
            return Training.Run(DigitSource.Mnist(folder));
        case ["predict", string model, string images]:
            return Prediction.Run(model, images);
        default:
            AnsiConsole.MarkupLine("usage: Quickstart [[--data FOLDER]]");
            return 2;
    }
}
catch (Exception exception) when (
    exception is IOException or InvalidOperationException or PlatformNotSupportedException)
{
    AnsiConsole.MarkupLineInterpolated($"[red]{exception.Message}[/]");
    return 1;
}
