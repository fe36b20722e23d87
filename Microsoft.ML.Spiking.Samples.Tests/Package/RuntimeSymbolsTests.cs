using System.IO.Compression;
using System.Reflection.Metadata;
using System.Text;
using Microsoft.ML.Spiking.Runtime;

namespace Microsoft.ML.Spiking.Samples.Tests.Package;

/// <summary>
/// Symbols of the package without ML.NET, whose sources are copies of the library's: they are the same on every
/// machine.
/// </summary>
[TestClass]
public sealed class RuntimeSymbolsTests
{
    private static readonly Guid EmbeddedSource = new("0E8A571B-6926-466E-B4AD-8AB04611F5FE");

    [TestMethod]
    public void Sources_OfTheRuntime_NameNoFolderOfTheMachine()
    {
        string assembly = typeof(SpikingModel).Assembly.Location, root = Build.InRepository();
        using FileStream file = File.OpenRead(Path.ChangeExtension(assembly, ".pdb"));
        using var provider = MetadataReaderProvider.FromPortablePdbStream(file);
        MetadataReader symbols = provider.GetMetadataReader();

        string[] names = [.. symbols.Documents.Select(document =>
            symbols.GetString(symbols.GetDocument(document).Name))];
        string[] sources = [.. symbols.CustomDebugInformation.Select(symbols.GetCustomDebugInformation)
            .Where(own => symbols.GetGuid(own.Kind) == EmbeddedSource)
            .Select(own => Source(symbols.GetBlobBytes(own.Value)))];

        Assert.Contains("/_/Microsoft.ML.Spiking/Networks/Layers/LinearLayer.cs", names);
        Assert.IsNotEmpty(sources);
        Assert.ContainsSingle(sources.Where(source => source.Contains("#line 1 \"../", StringComparison.Ordinal)
            && source.Contains("class LinearLayer ", StringComparison.Ordinal)));
        Assert.IsEmpty(names.Concat(sources).Where(text => text.Contains(root, StringComparison.Ordinal)));
    }

    // Its length and the text, compressed where the length is not 0.
    private static string Source(byte[] blob)
    {
        using var text = new MemoryStream(blob, sizeof(int), blob.Length - sizeof(int));
        using var whole = new MemoryStream();
        if (BitConverter.ToInt32(blob) == 0)
        {
            text.CopyTo(whole);
        }
        else
        {
            using var inflated = new DeflateStream(text, CompressionMode.Decompress);
            inflated.CopyTo(whole);
        }
        return Encoding.UTF8.GetString(whole.ToArray());
    }
}
