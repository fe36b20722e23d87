using Samples;

namespace BatchScoring;

/// <summary>A file of rows to be scored, which is checked when it is opened.</summary>
internal interface IRowFile
{
    /// <summary>Gets the number of rows.</summary>
    long RowCount { get; }

    /// <summary>Gets the SHA-256 of what this partition's predictions depend on, when it was checked.</summary>
    string Sha256 { get; }

    /// <summary>Gets the fields or columns that are features.</summary>
    string Features { get; }

    /// <summary>
    /// Gets the reason why the last <see cref="Rows"/> ended early; null if it did not. It does not throw, because
    /// ML.NET calls it.
    /// </summary>
    UsageException? Fault { get; }

    /// <summary>
    /// Gets whether the file has changed between the check and the end of the last <see cref="Rows"/>.
    /// </summary>
    bool HasChanged { get; }

    /// <summary>Reads the rows of a range; they are reported missing where a value is no finite number.</summary>
    IEnumerable<FeatureRow> Rows(RowRange range);

    /// <summary>Says where a row is, for messages.</summary>
    /// <param name="row">The row, counted from 0.</param>
    string Place(long row);
}

/// <summary>The length of a file and the time of its last change.</summary>
internal readonly record struct FileStamp(long Length, DateTime Written)
{
    public static FileStamp Of(string path)
    {
        var file = new FileInfo(path);
        return new(file.Length, file.LastWriteTimeUtc);
    }
}
