// Redraws figures 2 and 6 of the CLIF paper on MNIST: the accuracy of LIF and CLIF networks when gradients go back only
// k time steps. Each point is the mean of several seeds, with the standard deviation in the CSV file.
//
//   TemporalGradients --help

using System.CommandLine;
using System.Globalization;
using TemporalGradients;

const int Failed = 1, BadArguments = 2;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Option<string> data = new("--data")
{
    Description = "folder of MNIST's four files; by default that of SPIKING_DATA, or ../shared/data",
    DefaultValueFactory = _ =>
        Environment.GetEnvironmentVariable("SPIKING_DATA") ?? Path.Combine("..", "shared", "data"),
};
Option<string> output = new("--output")
{
    Description = "folder of the pictures and figures",
    DefaultValueFactory = _ => "temporal-gradients",
};
Option<int> rows = Count("--rows", "training rows", 4000), epochs = Count("--epochs", "epochs of each training", 3);
Option<int> seeds = Count("--seeds", "trainings of each point", 3), steps = Count("--steps", "time steps T", 6);
var command = new RootCommand(
    "Trains LIF and CLIF networks with gradients that go back k time steps, and draws their accuracy.")
{
    data, output, rows, epochs, seeds, steps,
};
command.SetAction(parsed =>
{
    try
    {
        new Study(parsed.GetRequiredValue(data), parsed.GetRequiredValue(output), parsed.GetValue(rows),
            parsed.GetValue(epochs), parsed.GetValue(seeds), parsed.GetValue(steps)).Run();
        return 0;
    }
    catch (Exception exception) when (exception is IOException or InvalidOperationException or ArgumentException
        or InvalidDataException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(exception.Message);
        return Failed;
    }
});
ParseResult arguments = command.Parse(args);
if (arguments.Errors.Count > 0)
{
    Console.Error.WriteLine(arguments.Errors[0].Message);
    return BadArguments;
}
return arguments.Invoke();

static Option<int> Count(string name, string description, int ifNotGiven)
{
    var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => ifNotGiven };
    option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < 1)
        {
            result.AddError($"{name} must be at least 1.");
        }
    });
    return option;
}
