// Trains spiking networks on recordings of an event camera (N-MNIST), replays a recording through the live scorer as
// fast as it was recorded, and draws its events and spikes.
//
//   EventCamera train FOLDER [EPOCHS [SEED]]
//                                         FOLDER has train1K.txt, test100.txt and the .bs2 files that they list
//   EventCamera simulate FOLDER MNIST [COUNT [EPOCHS]]
//                                         trains on digits of MNIST in front of a simulated camera, tests on FOLDER
//   EventCamera replay RECORDING [SPEED]  with the model of the training; SPEED 0.1 is ten times slower
//   EventCamera picture RECORDING FILE    a PNG

using System.Globalization;
using EventCamera;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    switch (args)
    {
        case ["train", string folder, .. string[] rest]
            when rest.Length <= 2 && int.TryParse(rest.ElementAtOrDefault(0) ?? "10", out int epochs) && epochs > 0
                && int.TryParse(rest.ElementAtOrDefault(1) ?? "1", out int seed) && seed >= 0:
            Training.Run(folder, epochs, seed);
            return 0;
        case ["simulate", string folder, string mnist]:
            Simulation.Run(folder, mnist, count: 4_000, epochs: 6);
            return 0;
        case ["simulate", string folder, string mnist, string number, .. string[] rest]
            when int.TryParse(number, out int count) && count is > 0 and <= 60_000 && rest.Length <= 1
                && int.TryParse(rest.Length == 1 ? rest[0] : "6", out int epochs) && epochs > 0:
            Simulation.Run(folder, mnist, count, epochs);
            return 0;
        case ["replay", string recording]:
            Replay.Run(recording, speed: 1);
            return 0;
        case ["replay", string recording, string number] when double.TryParse(number, out double speed) && speed > 0:
            Replay.Run(recording, speed);
            return 0;
        case ["picture", string recording, string file]:
            Picture.Draw(recording, file);
            return 0;
        default:
            Console.Error.WriteLine("EventCamera train FOLDER [EPOCHS [SEED]] | simulate FOLDER MNIST " +
                "[COUNT [EPOCHS]] | replay RECORDING [SPEED] | picture RECORDING FILE");
            return 2;
    }
}
catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
