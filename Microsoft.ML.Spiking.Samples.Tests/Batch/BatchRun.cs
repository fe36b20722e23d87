using System.Globalization;

namespace Microsoft.ML.Spiking.Samples.Tests.Batch;

/// <summary>A folder with a model and a CSV file, in which the sample runs.</summary>
internal sealed class BatchRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BatchRun()
    {
        TestModel.Save(In("model.zip"), seed: 1);
    }

    public string Folder => _folder.Path;

    /// <summary>Returns the path of a file in the folder.</summary>
    public string In(string name) => Path.Combine(_folder.Path, name);

    /// <summary>
    /// Writes rows.csv, a line for each row: the given text before the features, the features, and the text after them.
    /// </summary>
    public void WriteRows(IEnumerable<SampleRow> rows, string before = "", string after = "", char separator = ',') =>
        File.WriteAllLines(In("rows.csv"), rows.Select(row => before + Line(row, separator) + after));

    public static string Line(SampleRow row, char separator = ',') =>
        string.Join(separator, row.Features.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Starts the sample.</summary>
    public ChildProcess Start(params string[] arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts the sample.</summary>
    public ChildProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        ChildProcess.Start(_folder.Path, environment, [Build.Sample("BatchScoring"), .. arguments]);

    /// <summary>Runs the sample, which must succeed; returns its output.</summary>
    public string Run(params string[] arguments)
    {
        using ChildProcess process = Start(arguments);
        int code = process.WaitForExit();
        Assert.AreEqual(0, code, process.Errors);
        return process.Output;
    }

    /// <summary>Runs the sample in this process, where it must succeed; returns its output.</summary>
    public string RunHere(params string[] arguments)
    {
        (int code, string output, string errors) = LoadedSample.Run(_folder.Path, arguments);
        Assert.AreEqual(0, code, errors);
        return output;
    }

    /// <summary>Runs the sample in this process, where it must fail; returns its message.</summary>
    public string Fault(params string[] arguments)
    {
        (int code, string output, string errors) = LoadedSample.Run(_folder.Path, arguments);
        Assert.AreEqual(2, code, output);
        Assert.DoesNotContain("\n", errors);
        return errors;
    }

    public void Dispose() => _folder.Dispose();
}
