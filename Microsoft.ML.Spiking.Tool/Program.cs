using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.Spiking.Tool;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

using var stop = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

return Application.Run(args, new Session(Console.Out, Console.Error, stop.Token, !Console.IsErrorRedirected));

// The first signal ends the training after its batch, and what is trained is kept; the second ends the process.
void Stop(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
