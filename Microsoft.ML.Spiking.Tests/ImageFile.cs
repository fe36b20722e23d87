namespace Microsoft.ML.Spiking.Tests;

/// <summary>A file and its class, as LoadImages takes them.</summary>
internal sealed class ImageFile
{
    public string Path { get; set; } = "";

    public string Label { get; set; } = "";
}
