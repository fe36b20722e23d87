namespace Microsoft.ML.Spiking.Samples.Tests.Package;

/// <summary>A project that knows only the package for NIR, in a folder outside this repository.</summary>
[TestClass]
public sealed class InterchangeConsumerTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <RuntimeIdentifier>$(NETCoreSdkRuntimeIdentifier)</RuntimeIdentifier>
            <SelfContained>false</SelfContained>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <NuGetAudit>false</NuGetAudit>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Microsoft.ML.Spiking.Interchange" Version="$(SpikingVersion)" />
          </ItemGroup>
        </Project>
        """;

    // Weights of a text file's making, to NIR and back, without libtorch.
    private const string Program = """
        using Microsoft.ML;
        using Microsoft.ML.Spiking;
        using Microsoft.ML.Spiking.Interchange;

        byte[] header = System.Text.Encoding.UTF8.GetBytes("{\"fc1.weight\":{\"dtype\":\"F32\",\"shape\":[3,2]," +
            "\"data_offsets\":[0,24]},\"fc1.bias\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[24,36]}," +
            "\"output.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[36,60]}," +
            "\"output.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[60,68]}}");
        float[] values = [1, -1, -1, 1, 1, 1, 0, 0, 0, 1, -1, 0, -1, 1, 0, 0.1f, -0.1f];
        File.WriteAllBytes("w.safetensors", [.. BitConverter.GetBytes((long)header.Length), .. header,
            .. values.SelectMany(BitConverter.GetBytes)]);
        var model = SpikingModelParameters.FromSafetensors("w.safetensors", new Mlp(3), WeightNames.Unchanged, new()
            { InputShape = [2], TimeSteps = 4, Neuron = new LifNeuron { ResetPotential = 0 } });
        NirFile.Export(model, "network.nir");
        var ml = new MLContext();
        var data = ml.Data.LoadFromEnumerable(new[] { new Row { Features = [3, 0] }, new Row { Features = [0, 3] } });
        foreach (var read in new[] { model, NirFile.Import("network.nir", new() { TimeSteps = 4 }) })
        {
            var scored = read.CreateTransformer(ml, ["left", "right"]).Transform(data);
            var named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
            Console.WriteLine(string.Join(' ',
                ml.Data.CreateEnumerable<Answer>(named, false).Select(row => row.PredictedLabel)));
        }

        public sealed class Row
        {
            [Microsoft.ML.Data.VectorType(2)]
            public float[] Features { get; set; } = [];
        }

        public sealed class Answer
        {
            public string PredictedLabel { get; set; } = "";
        }
        """;

    private static readonly string[] Properties = [$"-p:SpikingVersion={Build.PackageVersion}"];

    [TestMethod]
    public void NewProject_FromALocalFeed_WritesAndReadsNir()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "Consumer.csproj"), Project);
        File.WriteAllText(Path.Combine(folder.Path, "Program.cs"), Program);
        string feed = Path.Combine(folder.Path, "feed");
        PackedLibrary.Pack(feed);
        PackedLibrary.Pack(feed, "Microsoft.ML.Spiking.Interchange");
        ConsumerTests.WriteConfiguration(folder.Path);

        ChildProcess.Run(folder.Path, ["restore", .. Properties]);
        ChildProcess.Run(folder.Path, ["build", "-c", "Release", "--no-restore", "-o", "bin", .. Properties]);
        string output = ChildProcess.Run(folder.Path, Path.Combine("bin", "Consumer.dll"));

        Assert.AreSequenceEqual(new[] { "left right", "left right" }, output.Split('\n'));
    }
}
