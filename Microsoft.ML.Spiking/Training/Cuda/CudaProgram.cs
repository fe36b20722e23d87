namespace Microsoft.ML.Spiking.Training.Cuda;

/// <summary>A source and the constants that it is compiled with; equal programs are compiled once.</summary>
internal interface ICudaProgram
{
    /// <summary>Gets the whole source.</summary>
    string Source { get; }

    /// <summary>Gets the options that define its constants.</summary>
    IReadOnlyList<string> Definitions { get; }
}

/// <summary>A source without constants. There is one object of each, so that none is compared by its text.</summary>
internal sealed class PlainProgram : ICudaProgram
{
    private readonly string _file;

    private PlainProgram(string file)
    {
        _file = file;
        Source = CudaSource.Read(file);
    }

    /// <summary>Gets the program of dropout's masks.</summary>
    public static PlainProgram Dropout { get; } = new("dropout.cu");

    /// <summary>Gets the program of the encoders that make spikes.</summary>
    public static PlainProgram Encoders { get; } = new("encode.cu");

    /// <summary>Gets the program of optimizers and of the clipping of gradients.</summary>
    public static PlainProgram Optimizers { get; } = new("optimizer.cu");

    /// <summary>Gets the program that converts between float32 and float16.</summary>
    public static PlainProgram Halves { get; } = new("half.cu");

    /// <summary>Gets the program of a batch's loss.</summary>
    public static PlainProgram Losses { get; } = new("loss.cu");

    /// <summary>Gets the program that copies weights into the type and the order of products.</summary>
    public static PlainProgram Weights { get; } = new("weights.cu");

    /// <summary>Gets all of them.</summary>
    public static IReadOnlyList<PlainProgram> All { get; } =
        [Dropout, Encoders, Optimizers, Halves, Losses, Weights];

    public string Source { get; }

    public IReadOnlyList<string> Definitions => [];

    public override string ToString() => _file;
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
