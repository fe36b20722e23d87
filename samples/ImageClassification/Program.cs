// Trains a spiking network on a folder of images, or on CIFAR-10, inside an ML.NET pipeline; draws its learning curve,
// shows the classes it confuses, and saves it. Stopped at any moment, the same command resumes.
//
//   ImageClassification --help

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using ImageClassification;
using Microsoft.ML.Spiking;
using Spectre.Console;

const int Failed = 1, BadArguments = 2, Stopped = 130, LineOfFile = 400;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = LineOfFile; // else lines are broken after 80 characters
}

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

ParseResult parsed = new CommandLine().Command(Run).Parse(args);
return parsed.Errors.Count == 0 ? parsed.Invoke() : Refuse(parsed.Errors[0].Message, BadArguments);

// The first Ctrl+C ends the training after its batch, the second ends the process.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

int Run(Arguments arguments)
{
    try
    {
        new Training(arguments, stop.Token).Run();
        return 0;
    }
    catch (OperationCanceledException)
    {
        AnsiConsole.MarkupLineInterpolated($"stopped; the same command resumes from '{arguments.Folder}'");
        return Stopped;
    }
    catch (Exception exception) when (exception is UsageException or ArgumentException or InvalidOperationException
        or NetworkDefinitionException)
    {
        return Refuse(exception.Message, BadArguments);
    }
    catch (Exception exception) when (
        exception is TrainingDivergedException or InsufficientMemoryException or IOException
        or UnauthorizedAccessException)
    {
        return Refuse(exception.Message, Failed);
    }
}

static int Refuse(string sentence, int exitCode)
{
    Console.Error.WriteLine(sentence);
    return exitCode;
}
