using System.Globalization;
using Samples;

namespace BatchScoring;

/// <summary>
/// The input. The whole file is checked before anything is scored, and read again, row by row, to be scored; the hash
/// of its content shows whether it was the same both times.
/// </summary>
internal sealed class CsvFile
{
    private readonly string _path;
    private readonly char _separator;
    private readonly bool _header;

    /// <summary>Checks the whole file.</summary>
    /// <exception cref="UsageException">There is no such file, or it breaks a rule of CSV.</exception>
    public CsvFile(string path, char separator, bool header)
    {
        (_path, _separator, _header) = (path, separator, header);
        if (!File.Exists(path))
        {
            throw new UsageException($"There is no file '{path}'.");
        }
        using CsvReader reader = Open();
        while (reader.MoveNext())
        {
            RowCount++;
        }
        (FieldCount, Sha256) = (reader.FieldCount, reader.Sha256());
    }

    /// <summary>Gets the number of rows, without the header.</summary>
    public long RowCount { get; }

    /// <summary>Gets the number of fields in every row; 0 in an empty file.</summary>
    public long FieldCount { get; }

    /// <summary>Gets the SHA-256 of the content when it was checked.</summary>
    public string Sha256 { get; }

    /// <summary>
    /// Gets the reason why the last <see cref="Rows"/> ended early; null if it did not. It does not throw, because
    /// ML.NET calls it.
    /// </summary>
    public UsageException? Fault { get; private set; }

    /// <summary>Gets whether the last <see cref="Rows"/> read other content than was checked.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>Reads the rows that are to be scored.</summary>
    /// <param name="features">The fields that are features.</param>
    /// <param name="skip">The number of rows to skip at the beginning.</param>
    /// <param name="allowMissing">Whether a value that is not a finite number becomes NaN instead of a fault.</param>
    public IEnumerable<FeatureRow> Rows(FieldRange features, long skip, bool allowMissing)
    {
        (Fault, HasChanged) = (null, false);
        using CsvReader reader = Open();
        for (long row = 0; Next(reader); row++)
        {
            if (row < skip)
            {
                continue;
            }
            float[] values = new float[features.Count];
            int wrong = Read(reader, features, values);
            if (wrong > 0 && !allowMissing)
            {
                Fault = new UsageException($"Line {reader.Line:N0} of '{_path}': field {wrong:N0} is " +
                    $"'{reader.Field(wrong)}', which is not a finite number.");
                yield break;
            }
            yield return new FeatureRow { Features = values };
        }
        HasChanged = Fault is not null || reader.Sha256() != Sha256;
    }

    /// <summary>Finds the line in which a row begins.</summary>
    /// <param name="row">The row, counted from 0.</param>
    public long Line(long row)
    {
        using CsvReader reader = Open();
        while (reader.MoveNext() && row-- > 0)
        {
        }
        return reader.Line;
    }

    /// <summary>Parses the features of the current row.</summary>
    /// <returns>The first field that is not a finite number; 0 if all are.</returns>
    private static int Read(CsvReader reader, FieldRange features, float[] values)
    {
        int wrong = 0;
        for (int i = 0; i < values.Length; i++)
        {
            bool isNumber = float.TryParse(
                reader.Field(features.First + i), NumberStyles.Float, CultureInfo.InvariantCulture, out float value);
            bool isFinite = isNumber && float.IsFinite(value);
            values[i] = isFinite ? value : float.NaN;
            wrong = wrong == 0 && !isFinite ? features.First + i : wrong;
        }
        return wrong;
    }

    private CsvReader Open()
    {
        var reader = new CsvReader(_path, _separator);
        if (_header)
        {
            reader.MoveNext();
        }
        return reader;
    }

    private bool Next(CsvReader reader)
    {
        try
        {
            return reader.MoveNext();
        }
        catch (UsageException fault)
        {
            Fault = fault;
            return false;
        }
    }
}
