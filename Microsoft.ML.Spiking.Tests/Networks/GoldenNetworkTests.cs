using System.Text.Json;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking.Tests.Networks;

/// <summary>
/// The presets against the authors' networks: the number of parameters, and the shape of every array.
/// </summary>
[TestClass]
public sealed class GoldenNetworkTests
{
    public static IEnumerable<object[]> Networks() => GoldenFiles.Read("networks.json").EnumerateArray()
        .Select((network, index) =>
            new object[] { index, $"{network.GetProperty("network")} {network.GetProperty("input")}" });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Bind_NetworkOfTheReference_HasItsParametersAndShapes(int index, string name)
    {
        JsonElement golden = GoldenFiles.Read("networks.json")[index];

        NetworkDefinition network = Bind(golden);

        Assert.AreEqual(golden.GetProperty("parameters").GetInt64(),
            network.Parameters.Where(spec => spec.Role != ParameterRole.Buffer).Sum(spec => spec.Size), name);
        Assert.AreEqual(golden.GetProperty("output")[0].GetInt32(), network.ClassCount);
        if (golden.GetProperty("state").ValueKind == JsonValueKind.Object)
        {
            string[] expected = [.. golden.GetProperty("state").EnumerateObject().Select(array =>
                $"{array.Name.Split('.')[^1]} [{string.Join(", ", array.Value.Longs())}]")];
            string[] actual = [.. network.Parameters.Select(spec =>
                $"{spec.Name.Split('.')[^1]} [{string.Join(", ", spec.Shape)}]")];
            Assert.AreSequenceEqual(expected, actual, name);
        }
    }

    private static NetworkDefinition Bind(JsonElement golden)
    {
        NetworkTemplate template = golden.GetProperty("network").GetString() switch
        {
            "spiking_resnet18" => new SpikingResNet(18),
            "spiking_resnet34" => new SpikingResNet(34),
            "spiking_resnet50" => new SpikingResNet(50),
            "spiking_resnet101" => new SpikingResNet(101),
            "spiking_resnet152" => new SpikingResNet(152),
            "spiking_vgg11_bn" => new SpikingVgg(11),
            "spiking_vgg13_bn" => new SpikingVgg(13),
            "spiking_vgg16_bn" => new SpikingVgg(16),
            "spiking_vgg19_bn" => new SpikingVgg(19),
            "snn5_noAP" => new Snn5(),
            "vggsnn" => new VggSnn(),
            string other => throw new NotSupportedException(other),
            null => throw new NotSupportedException(),
        };
        int[] shape = [.. golden.GetProperty("input").Longs().Select(length => (int)length)];
        return template.Bind(new NetworkBinding(shape, golden.GetProperty("classes").GetInt32(), TimeSteps: 4,
            new DirectEncoder(), new ClifNeuron(), Dropout: 0));
    }
}
