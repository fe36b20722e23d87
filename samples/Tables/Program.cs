// Trains SpikingClif and three trainers of ML.NET, all with their defaults, on every table of a folder, several times
// each, and shows their accuracy, calibration, speed and ranks.
//
//   Tables --help

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;
using Tables;

const int Failed = 1, BadArguments = 2, LineOfFile = 200;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Width = LineOfFile; // otherwise lines are broken after 80 characters
}

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

ParseResult parsed = CommandLine.Create(Run).Parse(args);
return parsed.Errors.Count == 0 ? parsed.Invoke() : Refuse(parsed.Errors[0].Message, BadArguments);

// The first signal ends the comparison after the current training; the second ends the process.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

int Run(Arguments arguments)
{
    try
    {
        var measurements = new List<Measurement>();
        Contender[] contenders = [.. Contender.All.Where(
            contender => arguments.Trainers.Count == 0 || arguments.Trainers.Contains(contender.Name))];
        foreach (Measurement measurement in Comparison.Run(
            DataTable.Open(arguments.Data, arguments.Only), contenders, arguments.Splits, stop.Token))
        {
            measurements.Add(measurement);
            AnsiConsole.WriteLine(measurement.ToString());
        }
        if (measurements.Count == 0)
        {
            return Refuse("Nothing was measured.", Failed);
        }
        var summary = new Summary(measurements);
        Report.Show(summary);
        if (arguments.Results is string folder)
        {
            Directory.CreateDirectory(folder);
            Report.Write(Path.Combine(folder, "tables.csv"), measurements);
            RankPicture.Draw(Path.Combine(folder, "tables.png"), summary);
        }
        return stop.IsCancellationRequested ? Failed : 0;
    }
    catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
    {
        return Refuse(exception.Message, Failed);
    }
}

static int Refuse(string sentence, int exitCode)
{
    Console.Error.WriteLine(sentence);
    return exitCode;
}
