namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>A source and the constants that it is compiled with; equal programs are compiled once.</summary>
internal interface ICudaProgram
{
    /// <summary>Gets the whole source.</summary>
    string Source { get; }

    /// <summary>Gets the options that define its constants.</summary>
    IReadOnlyList<string> Definitions { get; }
}

/// <summary>The program of dropout's masks.</summary>
internal sealed record DropoutProgram : ICudaProgram
{
    private static readonly string Text = CudaSource.Read("dropout.cu");

    public static DropoutProgram Only { get; } = new();

    public string Source => Text;

    public IReadOnlyList<string> Definitions => [];
}

/// <summary>The kernels' sources, which are resources of the library.</summary>
internal static class CudaSource
{
    private const string Folder = "Microsoft.ML.Spiking.Training.Cuda.";

    /// <summary>Returns a source behind what all of them share.</summary>
    public static string Read(string name) => Resource("device.cuh") + Resource(name);

    private static string Resource(string name)
    {
        using Stream stream = typeof(CudaSource).Assembly.GetManifestResourceStream(Folder + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
