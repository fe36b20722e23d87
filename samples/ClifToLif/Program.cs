// Trains CLIF networks and runs their weights with LIF neurons: soft reset, hard reset to 0, and hard reset to the
// value that a sweep over held-out rows finds, as in the CLIF paper's table. Accuracies are on the test rows.
//
//   ClifToLif                    perceptrons on MNIST
//   ClifToLif --network conv     nine convolutions on CIFAR-10
//   ClifToLif --help

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using ClifToLif;
using ImageClassification;
using Microsoft.ML;

const int Failed = 1, BadArguments = 2;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Option<string> network = new("--network")
{
    Description = "mlp: perceptrons on MNIST; conv: convolutions on CIFAR-10",
    DefaultValueFactory = _ => "mlp",
};
network.AcceptOnlyFromAmong("mlp", "conv");
Option<string?> data = new("--data")
{
    Description = "folder of MNIST's four files, or of CIFAR-10's train/ and test/; by default from the folder that " +
        "SPIKING_DATA names, or ../shared/data",
};
Option<int> rows = Count("--rows", "training rows", 12000), seeds = Count("--seeds", "networks", 3);
Option<int?> epochs = Choice("--epochs", "epochs of each training; 5 of mlp, 10 of conv");
Option<int?> layers = Choice("--layers", "hidden layers of mlp (2); convolutions in each of conv's three groups (3)");
Option<int?> width = Choice("--width", "neurons of each hidden layer (256); channels of the first group (16)");
var command = new RootCommand("Converts CLIF networks to LIF neurons and compares the kinds of reset.")
{
    network, data, rows, epochs, seeds, layers, width,
};
command.SetAction(parsed =>
{
    try
    {
        var ml = new MLContext(seed: 1);
        (int trained, string? folder) = (parsed.GetValue(rows), parsed.GetValue(data));
        (int? deep, int? wide, int? passes) =
            (parsed.GetValue(layers), parsed.GetValue(width), parsed.GetValue(epochs));
        Comparison comparison = parsed.GetValue(network) == "conv"
            ? new(ml, DataSets.Cifar10(ml, folder, trained),
                () => Networks.Convolutions(deep ?? 3, wide ?? 16, passes ?? 10))
            : new(ml, DataSets.Mnist(ml, folder ?? MnistFolder(), trained),
                () => Networks.Perceptron(deep ?? 2, wide ?? 256, passes ?? 5));
        comparison.Run(parsed.GetValue(seeds));
        return 0;
    }
    catch (Exception exception) when (exception is IOException or InvalidOperationException or ArgumentException
        or InvalidDataException or UnauthorizedAccessException or UsageException)
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

static string MnistFolder() =>
    Environment.GetEnvironmentVariable("SPIKING_DATA") ?? Path.Combine("..", "shared", "data");

static Option<int> Count(string name, string description, int ifNotGiven)
{
    var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => ifNotGiven };
    option.Validators.Add(result => CheckCount(result, result.GetValueOrDefault<int>()));
    return option;
}

static Option<int?> Choice(string name, string description)
{
    var option = new Option<int?>(name) { Description = description };
    option.Validators.Add(result => CheckCount(result, result.GetValueOrDefault<int?>() ?? 1));
    return option;
}

static void CheckCount(OptionResult result, int value)
{
    if (value < 1)
    {
        result.AddError($"{result.Option.Name} must be at least 1.");
    }
}
