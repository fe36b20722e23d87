// Searches for good settings of a spiking network on the Adult table or on MNIST, draws the search, and compares the
// result with the defaults on rows that the sweep has never seen. Several processes, or machines, with the same storage
// share the work: start the same command again, or elsewhere.
//
//   Sweep --help

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Sweeps;
using Spectre.Console;
using Sweep;

const int Failed = 1, BadArguments = 2, LineOfFile = 200;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = LineOfFile; // otherwise lines are broken after 80 characters
}

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

ParseResult parsed = new CommandLine().Command(Run).Parse(args);
return parsed.Errors.Count == 0 ? parsed.Invoke() : Refuse(parsed.Errors[0].Message, BadArguments);

// The first signal ends the sweep after its batch and shows the results so far; the second ends the process.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

int Run(Arguments arguments)
{
    try
    {
        new Search(arguments, stop.Token).Run();
        return 0;
    }
    catch (ArgumentException exception)
    {
        return Refuse(exception.Message, BadArguments);
    }
    catch (Exception exception) when (exception is InvalidOperationException or SweepStorageException or IOException
        or UnauthorizedAccessException or OperationCanceledException)
    {
        return Refuse(exception.Message, Failed);
    }
}

static int Refuse(string sentence, int exitCode)
{
    Console.Error.WriteLine(sentence);
    return exitCode;
}
