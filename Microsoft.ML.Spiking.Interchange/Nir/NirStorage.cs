using PureHDF;

namespace Microsoft.ML.Spiking.Interchange.Nir;

/// <summary>
/// Graphs in HDF5: the group "node" has the graph's type, its nodes as groups, each with its type and one dataset for
/// each field, and its edges as pairs of names.
/// </summary>
internal static class NirStorage
{
    private const string GraphType = "NIRGraph";

    // The version of the layout that is written; NIR's own readers do not look at it.
    private const string Version = "1.0";

    /// <summary>Writes a graph.</summary>
    public static void Write(NirGraph graph, string path)
    {
        var nodes = new H5Group();
        foreach (NirNode node in graph.Nodes.Values)
        {
            var group = new H5Group { ["type"] = node.Type };
            foreach ((string name, NirArray array) in node.Arrays)
            {
                group[name] = Dataset(array);
            }
            nodes[node.Name] = group;
        }
        string[,] edges = new string[graph.Edges.Count, 2];
        for (int i = 0; i < graph.Edges.Count; i++)
        {
            (edges[i, 0], edges[i, 1]) = graph.Edges[i];
        }
        var file = new H5File
        {
            ["version"] = Version,
            ["node"] = new H5Group { ["type"] = GraphType, ["nodes"] = nodes, ["edges"] = edges },
        };
        file.Write(path);
    }

    /// <summary>Reads a graph.</summary>
    /// <exception cref="FormatException">The file is damaged, or no NIR file.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static NirGraph Read(string path)
    {
        try
        {
            // HDF5's library may take years to find a fault in a damaged file in memory, and the disk does not matter.
            using var stream = new MemoryStream(File.ReadAllBytes(path), writable: false);
            using var file = H5File.Open(stream);
            return Graph(file.Group("node"));
        }
        catch (FormatException)
        {
            throw;
        }
        catch (Exception exception) when (exception is not (IOException or UnauthorizedAccessException)
            || exception is EndOfStreamException)
        {
            throw new FormatException(
                $"'{path}' is not a NIR file, or is damaged: {exception.GetBaseException().Message}", exception);
        }
    }

    private static NirGraph Graph(IH5Group group)
    {
        string type = group.Dataset("type").Read<string>();
        if (type != GraphType)
        {
            throw new FormatException($"The file holds a {type}, where NIR files have a {GraphType}.");
        }
        var nodes = new Dictionary<string, NirNode>();
        foreach (IH5Object child in group.Group("nodes").Children())
        {
            if (child is IH5Group node)
            {
                nodes.Add(child.Name, Node(child.Name, node));
            }
        }
        string[] names = group.Dataset("edges").Read<string[,]>().Cast<string>().ToArray();
        return new(nodes, [.. names.Chunk(2).Select(pair => (pair[0], pair[1]))]);
    }

    private static NirNode Node(string name, IH5Group group)
    {
        var arrays = new Dictionary<string, NirArray>();
        var texts = new Dictionary<string, string>();
        foreach (IH5Object child in group.Children())
        {
            if (child is not IH5Dataset dataset)
            {
                continue; // metadata, or the nodes of a graph in the graph
            }
            if (dataset.Type.Class is H5DataTypeClass.FixedPoint or H5DataTypeClass.FloatingPoint)
            {
                arrays.Add(child.Name, Numbers(dataset));
            }
            else if (child.Name != "edges")
            {
                texts.Add(child.Name, dataset.Read<string>());
            }
        }
        return new(name, texts.GetValueOrDefault("type", ""), arrays, texts);
    }

    private static NirArray Numbers(IH5Dataset dataset)
    {
        int[] shape = dataset.Space.Type == H5DataspaceType.Scalar
            ? [] : [.. dataset.Space.Dimensions.Select(length => checked((int)length))];
        bool isInteger = dataset.Type.Class == H5DataTypeClass.FixedPoint;
        double[] values = (isInteger, dataset.Type.Size) switch
        {
            (false, 8) => Values<double>(dataset, shape, value => value),
            (false, 4) => Values<float>(dataset, shape, value => value),
            (true, 8) => Values<long>(dataset, shape, value => value),
            (true, 4) => Values<int>(dataset, shape, value => value),
            (true, 2) => Values<short>(dataset, shape, value => value),
            (true, 1) => Values<sbyte>(dataset, shape, value => value),
            _ => throw new FormatException(
                $"The field '{dataset.Name}' has numbers of {dataset.Type.Size} bytes; 1, 2, 4 and 8 are read."),
        };
        return new(values, shape, isInteger);
    }

    private static double[] Values<T>(IH5Dataset dataset, int[] shape, Func<T, double> convert) where T : unmanaged =>
        shape.Length == 0 ? [convert(dataset.Read<T>())] : [.. dataset.Read<T[]>().Select(convert)];

    private static object Dataset(NirArray array)
    {
        ulong[] shape = [.. array.Shape.Select(length => (ulong)length)];
        return (array.IsInteger, shape.Length) switch
        {
            (true, 0) => (long)array.Values[0],
            (true, _) => new H5Dataset(array.Values.Select(value => (long)value).ToArray(), fileDims: shape),
            (false, 0) => (float)array.Values[0],
            _ => new H5Dataset(array.Singles(), fileDims: shape),
        };
    }
}
