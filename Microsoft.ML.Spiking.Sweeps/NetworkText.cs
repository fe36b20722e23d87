using System.Globalization;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>Names of network templates, so that a sweep can choose from them.</summary>
internal static class NetworkText
{
    private const string Forms =
        "\"512-512\" (the hidden layers of an Mlp), \"conv 32-64\" (the channels of a ConvNet), " +
        "\"vgg 11\", \"resnet 18\", \"snn5\" or \"vggsnn\"";

    /// <summary>Returns the template of a name.</summary>
    /// <exception cref="ArgumentException">No template has that name.</exception>
    public static NetworkTemplate Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        NetworkTemplate? network = words switch
        {
            [string sizes] when Sizes(sizes) is { } hidden => new Mlp(hidden),
            ["conv", string sizes] when Sizes(sizes) is { } channels => new ConvNet(channels),
            ["vgg", string depth] when Sizes(depth) is [int layers] => new SpikingVgg(layers),
            ["resnet", string depth] when Sizes(depth) is [int layers] => new SpikingResNet(layers),
            ["snn5"] => new Snn5(),
            ["vggsnn"] => new VggSnn(),
            _ => null,
        };
        return network ?? throw new ArgumentException($"'{text}' is not a network; write {Forms}.");
    }

    /// <summary>Returns the name of a template; null for one without a name.</summary>
    public static string? Of(NetworkTemplate network) => network switch
    {
        Mlp mlp => string.Join('-', mlp.HiddenSizes),
        ConvNet conv => $"conv {string.Join('-', conv.Channels)}",
        SpikingVgg vgg => string.Create(CultureInfo.InvariantCulture, $"vgg {vgg.Depth}"),
        SpikingResNet resNet => string.Create(CultureInfo.InvariantCulture, $"resnet {resNet.Depth}"),
        Snn5 => "snn5",
        VggSnn => "vggsnn",
        _ => null,
    };

    private static List<int>? Sizes(string text)
    {
        var sizes = new List<int>();
        foreach (string part in text.Split('-'))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size))
            {
                return null;
            }
            sizes.Add(size);
        }
        return sizes;
    }
}
