// Compares the speed of two builds of the library on this machine.
//
//   guard prepare FOLDER                  trains the models that both builds score with
//   guard worker FOLDER                   measures what it is told on its input; see Worker
//   guard compare OLD NEW FOLDER [--quick] [--results FILE]
//                                         OLD, NEW: the programs of the two builds. Exit code 1: something is slower.

using Microsoft.ML.Spiking.Guard;

switch (args)
{
    case ["prepare", string folder]:
        Workloads.Prepare(folder);
        return 0;
    case ["worker", string folder]:
        Worker.Run(Workloads.All(folder), Console.In, Console.Out);
        return 0;
    case ["compare", string before, string after, string folder, .. string[] rest]:
        int at = Array.IndexOf(rest, "--results");
        string? results = at >= 0 && at + 1 < rest.Length ? rest[at + 1] : null;
        return Comparison.Run(before, after, folder, rest.Contains("--quick"), results) ? 0 : 1;
    default:
        Console.Error.WriteLine("usage: guard prepare FOLDER | worker FOLDER | compare OLD NEW FOLDER [--quick]");
        return 2;
}
