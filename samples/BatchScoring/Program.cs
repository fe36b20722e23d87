// Scores a CSV or Parquet file of any size with a saved model, in constant memory and without libtorch, as a whole or
// one partition of many, which any scheduler may start. Killed at any moment, the same command resumes.
//
//   BatchScoring --help

using System.CommandLine;
using System.Globalization;
using BatchScoring;
using Samples;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int BadInput = 2;

ParseResult parsed = new CommandLine().Command(Run).Parse(args);
if (parsed.Errors.Count > 0)
{
    Console.Error.WriteLine(parsed.Errors[0].Message);
    return BadInput;
}
return parsed.Invoke();

static int Run(Arguments arguments)
{
    try
    {
        new BatchJob(arguments).Run();
        return 0;
    }
    catch (Exception exception) when (
        exception is UsageException or ModelFileException or IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return BadInput;
    }
}
