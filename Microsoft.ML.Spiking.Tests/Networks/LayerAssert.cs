using System.Text.Json;
using Microsoft.ML.Spiking.Networks;

namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>Compares layers by their JSON.</summary>
internal static class LayerAssert
{
    private static readonly JsonSerializerOptions Options = new() { MaxDepth = 128 };

    public static void AreEqual(Layer expected, Layer actual) =>
        Assert.AreEqual(JsonSerializer.Serialize(expected, Options), JsonSerializer.Serialize(actual, Options));

    public static void AreEqual(IReadOnlyList<Layer> expected, IReadOnlyList<Layer> actual) =>
        Assert.AreEqual(JsonSerializer.Serialize(expected, Options), JsonSerializer.Serialize(actual, Options));
}
