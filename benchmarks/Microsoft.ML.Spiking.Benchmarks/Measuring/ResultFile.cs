using System.Text;

namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>Writes a benchmark's lines to the console at once, and to a dated file.</summary>
internal sealed class ResultFile : TextWriter
{
    private readonly StreamWriter _file;

    /// <param name="folder">The folder of the results; created if it does not exist.</param>
    /// <param name="name">The benchmark's name.</param>
    public ResultFile(string folder, string name)
    {
        Directory.CreateDirectory(folder);
        Location = Path.Combine(folder, Numbers.Text($"{DateTime.UtcNow:yyyy-MM-dd}-{name}.txt"));
        _file = new StreamWriter(Location) { AutoFlush = true, NewLine = "\n" };
    }

    /// <summary>Gets the path of the file.</summary>
    public string Location { get; }

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value)
    {
        Console.Out.Write(value);
        _file.Write(value);
    }

    public override void WriteLine(string? value)
    {
        Console.Out.WriteLine(value);
        _file.WriteLine(value);
    }

    protected override void Dispose(bool disposing)
    {
        _file.Dispose();
        base.Dispose(disposing);
    }
}
