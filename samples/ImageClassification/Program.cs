// Trains a spiking network on a folder of images, or on CIFAR-10, inside an ML.NET pipeline; draws its learning curve, shows
// what it confuses, and saves it. Stopped at any moment, the same command goes on where it was.
//
//   ImageClassification --help

using System.CommandLine;
using System.Globalization;
using ImageClassification;
using Microsoft.ML.Spiking.Networks;
using Spectre.Console;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int BadArguments = 2, Stopped = 130;

ParseResult parsed = new CommandLine().Command(Run).Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return BadArguments;
}
return await parsed.InvokeAsync();

static int Run(Arguments arguments, CancellationToken token)
{
    try
    {
        new Training(arguments, token).Run();
        return 0;
    }
    catch (OperationCanceledException)
    {
        AnsiConsole.MarkupLineInterpolated($"stopped; the same command goes on from '{arguments.Folder}'");
        return Stopped;
    }
    catch (Exception exception) when (exception is UsageException or ArgumentException or InvalidOperationException
        or NetworkDefinitionException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return BadArguments;
    }
}
