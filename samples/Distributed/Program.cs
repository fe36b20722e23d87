// Trains one network on drawn digits by several processes, which an MPI launcher starts, on one machine or many:
//
//   mpirun -np 4 dotnet Distributed.dll --network conv --checkpoint checkpoints --model model.zip
//   dotnet Distributed.dll --parts 4      one process that accumulates the gradients of the same parts of each batch:
//                                         the same weights, bit for bit, with the same --threads
//
// slurm.sbatch starts it on a cluster with Slurm, mpijob.yaml on Kubernetes with the MPI operator.

using System.CommandLine;
using System.Globalization;
using Distributed;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

Option<int> rows = new("--rows") { Description = "training images", DefaultValueFactory = _ => 6000 };
Option<int> epochs = new("--epochs") { Description = "epochs", DefaultValueFactory = _ => 3 };
Option<int> batch = new("--batch") { Description = "images of a step", DefaultValueFactory = _ => 64 };
Option<int?> threads = new("--threads") { Description = "threads of each process; by default those it can occupy" };
Option<int?> parts = new("--parts") { Description = "without MPI, in one process, in so many parts of each batch" };
Option<string> network = new("--network") { Description = "mlp or conv", DefaultValueFactory = _ => "mlp" };
Option<bool> synchronize = new("--synchronize") { Description = "batch norm over all processes together" };
Option<string?> checkpoint = new("--checkpoint") { Description = "folder that a killed training resumes from" };
Option<string?> model = new("--model") { Description = "zip to save the model in" };
network.AcceptOnlyFromAmong("mlp", "conv");
var command = new RootCommand("Trains one network by the processes that an MPI launcher starts.")
{
    rows, epochs, batch, threads, parts, network, synchronize, checkpoint, model,
};
command.SetAction(parsed =>
{
    try
    {
        DigitTraining.Run(new(
            parsed.GetValue(rows), parsed.GetValue(epochs), parsed.GetValue(batch), parsed.GetValue(threads),
            parsed.GetValue(parts), parsed.GetValue(network) == "conv", parsed.GetValue(synchronize),
            parsed.GetValue(checkpoint), parsed.GetValue(model)));
        return 0;
    }
    catch (Exception exception) when (exception is IOException or InvalidOperationException or ArgumentException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
});
return command.Parse(args).Invoke();
