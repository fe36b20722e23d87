using System.Globalization;
using Samples;

namespace BatchScoring;

/// <summary>
/// Rows as CSV. The whole file is checked before anything is scored, and read again, row by row, to be scored; the hash
/// of its content, or behind the rows of a partition its length and time, shows whether it was the same both times.
/// </summary>
internal sealed class CsvFile : IRowFile
{
    private readonly string _path;
    private readonly Arguments _arguments;
    private readonly FieldRange _features;
    private readonly FileStamp _stamp;

    /// <summary>Checks the whole file.</summary>
    /// <param name="arguments">The file, its separator and header, and the fields that are features.</param>
    /// <param name="features">The number of features of the model.</param>
    /// <exception cref="UsageException">It breaks a rule of CSV, or does not fit the model.</exception>
    public CsvFile(Arguments arguments, int features)
    {
        if (arguments.Columns is not null)
        {
            throw new UsageException($"--columns is for Parquet: say with --features FIRST-LAST which fields of " +
                $"'{arguments.Input}' are features.");
        }
        (_path, _arguments, _stamp) = (arguments.Input, arguments, FileStamp.Of(arguments.Input));
        using CsvReader reader = Open();
        while (reader.MoveNext())
        {
            RowCount++;
        }
        Sha256 = reader.Sha256();
        _features = FieldsOf(reader.FieldCount, features);
    }

    /// <inheritdoc/>
    public long RowCount { get; }

    /// <inheritdoc/>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public string Features => _features.ToString();

    /// <inheritdoc/>
    public UsageException? Fault { get; private set; }

    /// <inheritdoc/>
    public bool HasChanged { get; private set; }

    /// <inheritdoc/>
    public IEnumerable<FeatureRow> Rows(RowRange range)
    {
        (Fault, HasChanged) = (null, false);
        using CsvReader reader = Open();
        long row = 0;
        // Behind the last row of the file it is read to its end, for the hash.
        for (; (row < range.End || range.End == RowCount) && Next(reader); row++)
        {
            if (row < range.First)
            {
                continue;
            }
            float[] values = new float[_features.Count];
            int wrong = Read(reader, _features, values);
            if (wrong > 0 && !_arguments.AllowMissing)
            {
                Fault = new UsageException($"Line {reader.Line:N0} of '{_path}': field {wrong:N0} is " +
                    $"'{reader.Field(wrong)}', which is not a finite number.");
                yield break;
            }
            yield return new FeatureRow { Features = values };
        }
        HasChanged = Fault is not null
            || (range.End == RowCount ? reader.Sha256() != Sha256 : FileStamp.Of(_path) != _stamp);
    }

    /// <inheritdoc/>
    public string Place(long row)
    {
        using CsvReader reader = Open();
        while (reader.MoveNext() && row-- > 0)
        {
        }
        return $"Line {reader.Line:N0} of '{_path}'";
    }

    private FieldRange FieldsOf(int fields, int wanted)
    {
        if (_arguments.Features is not FieldRange range)
        {
            return fields == wanted || RowCount == 0
                ? new FieldRange(1, wanted)
                : throw new UsageException(
                    $"The lines of '{_path}' have {fields:N0} fields; the model takes " +
                    $"{wanted:N0} features: say with --features FIRST-LAST which fields those are.");
        }
        if (range.Count != wanted)
        {
            throw new UsageException(
                $"--features {range} names {range.Count:N0} fields; the model takes {wanted:N0} features.");
        }
        return range.Last <= fields || RowCount == 0
            ? range
            : throw new UsageException(
                $"--features {range} goes beyond the {fields:N0} fields of the lines of '{_path}'.");
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
        var reader = new CsvReader(_path, _arguments.SeparatorOrComma);
        if (_arguments.Header)
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
