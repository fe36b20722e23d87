// Trains CLIF networks on MNIST and runs their weights with LIF neurons: soft reset, hard reset to 0, and hard reset to
// the value that a sweep over held-out rows finds, as in the CLIF paper's table. Accuracies are on the test rows.
//
//   ClifToLif --help

using System.CommandLine;
using System.Globalization;
using ClifToLif;
using Microsoft.ML.Spiking;

const int Failed = 1, BadArguments = 2;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Option<string> data = new("--data")
{
    Description = "folder of MNIST's four files; by default that of SPIKING_DATA, or ../shared/data",
    DefaultValueFactory = _ =>
        Environment.GetEnvironmentVariable("SPIKING_DATA") ?? Path.Combine("..", "shared", "data"),
};
Option<int> rows = Count("--rows", "training rows", 12000), epochs = Count("--epochs", "epochs of each training", 5);
Option<int> seeds = Count("--seeds", "networks", 3);
Option<int> layers = Count("--layers", "hidden layers of a network", 2);
Option<int> width = Count("--width", "neurons of each hidden layer", 256);
var command = new RootCommand("Converts CLIF networks of digits to LIF neurons and compares the kinds of reset.")
{
    data, rows, epochs, seeds, layers, width,
};
command.SetAction(parsed =>
{
    try
    {
        int[] hidden = [.. Enumerable.Repeat(parsed.GetValue(width), parsed.GetValue(layers))];
        new Comparison(parsed.GetRequiredValue(data), new Mlp(hidden), parsed.GetValue(rows), parsed.GetValue(epochs))
            .Run(parsed.GetValue(seeds));
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
