// A window on which you draw a digit with the mouse. After every stroke it shows the probability of each digit and
// which neurons of each layer fired.
//
//   Desktop MODEL.ZIP        a model that samples/Quickstart saved
//
// The window is GTK 3, called by its C functions: the package libgtk-3-0 on Debian and Ubuntu. Each prediction is also
// written to standard output.

using System.Globalization;
using Desktop;
using Desktop.Gtk;
using Microsoft.ML.Spiking;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is not [string modelPath])
{
    Console.Error.WriteLine("usage: Desktop MODEL.ZIP");
    return 2;
}
if (!OperatingSystem.IsLinux())
{
    Console.Error.WriteLine("This window is made by GTK as Linux has it; use samples/Browser on other systems.");
    return 1;
}
try
{
    using (FileStream stream = File.OpenRead(modelPath))
    {
        SpikingModelFile.Check(stream);
    }
    using var recognizer = new Recognizer(modelPath);
    var window = new MainWindow(new Drawing(), recognizer);
    window.Run();
    return 0;
}
catch (DllNotFoundException exception)
{
    Console.Error.WriteLine($"GTK 3 is not installed (apt-get install libgtk-3-0): {exception.Message}");
    return 1;
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException
    or InvalidOperationException or ArgumentException)
{
    Console.Error.WriteLine(exception.GetBaseException().Message);
    return 1;
}
