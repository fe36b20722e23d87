using System.Globalization;
using System.Text;

namespace Microsoft.ML.Spiking.Tool.Data;

/// <summary>
/// A text file of columns: its separator, whether it has a header, its names, and what its columns hold. Fields may be
/// quoted, and hold line breaks then (RFC 4180).
/// </summary>
internal sealed class CsvFile
{
    private const int SampledRecords = 50;
    private static readonly char[] Separators = [',', ';', '\t', '|'];

    private CsvFile(string path, char separator, bool hasHeader, char decimalMarker, IReadOnlyList<string> names)
    {
        FilePath = path;
        Separator = separator;
        HasHeader = hasHeader;
        DecimalMarker = decimalMarker;
        Names = names;
    }

    public string FilePath { get; }

    public char Separator { get; }

    public bool HasHeader { get; }

    /// <summary>Gets the decimal point; a comma where fields are separated by something else and have it.</summary>
    public char DecimalMarker { get; }

    /// <summary>Gets the columns' names; Column1 and so on without a header.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Opens a file and finds out its form.</summary>
    /// <param name="path">The file.</param>
    /// <param name="separator">The separator; null to detect it.</param>
    /// <param name="hasHeader">Whether the first line has names; null to detect it.</param>
    /// <exception cref="ToolException">The file is empty, packed or no text, or has a name twice.</exception>
    public static CsvFile Open(string path, char? separator, bool? hasHeader)
    {
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            throw ToolException.Usage($"'{path}' is packed; unpack it first (gunzip).");
        }
        char[] start = Start(path);
        if (start.Contains('\0'))
        {
            throw ToolException.Usage($"'{path}' is not a text file; CSV files, folders of images or recordings, and " +
                "IDX files can be read.");
        }
        char split = separator ?? Detect(path);
        string[][] sample = [.. Read(path, split).Take(SampledRecords)];
        if (sample.Length == 0)
        {
            throw ToolException.Usage($"'{path}' is empty.");
        }
        bool commas = split != ',' && sample.Skip(1).SelectMany(record => record).Any(IsCommaNumber)
            && !sample.Skip(1).SelectMany(record => record)
                .Any(field => field.Contains('.', StringComparison.Ordinal) && IsNumber(field, '.'));
        char marker = commas ? ',' : '.';
        bool header = hasHeader ?? HasNames(sample, marker);
        string[] names = header
            ? [.. sample[0].Select((name, i) => name.Length > 0 ? name : Unnamed(i))]
            : [.. sample[0].Select((_, i) => Unnamed(i))];
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1)?.Key;
        return twice is null
            ? new(path, split, header, marker, names)
            : throw ToolException.Usage($"'{path}' has two columns named '{twice}'; rename one.");
    }

    /// <summary>Reads the whole file and returns what each column holds, and the number of rows.</summary>
    /// <exception cref="ToolException">A row has another number of fields than the first.</exception>
    public (CsvColumn[] Columns, long Rows) Scan()
    {
        CsvColumn[] columns = [.. Names.Select((name, index) => new CsvColumn(name, index))];
        long row = 0;
        foreach (string[] record in Read(FilePath, Separator).Skip(HasHeader ? 1 : 0))
        {
            row++;
            if (record.Length != columns.Length)
            {
                throw ToolException.Usage(string.Create(CultureInfo.InvariantCulture,
                    $"Row {row} of '{FilePath}' has {record.Length} fields, the first line has {columns.Length}; ") +
                    "fix the file, or name the separator with --separator.");
            }
            for (int i = 0; i < record.Length; i++)
            {
                columns[i].Add(record[i], row, DecimalMarker);
            }
        }
        return (columns, row);
    }

    /// <summary>Returns the texts of a column.</summary>
    public IEnumerable<string> Column(int index) =>
        Read(FilePath, Separator).Skip(HasHeader ? 1 : 0).Select(record => record[index]);

    /// <summary>Returns whether the loader reads the text as a missing number.</summary>
    public static bool IsMissing(string text) => text is "" or "?" or "NaN" or "nan" or "NA" or "N/A";

    /// <summary>Returns whether the text is a finite number.</summary>
    public static bool IsNumber(string text, char decimalMarker) =>
        float.TryParse(decimalMarker == ',' ? text.Replace(',', '.') : text, NumberStyles.Float,
            CultureInfo.InvariantCulture, out float value) && float.IsFinite(value);

    /// <summary>Returns whether the text is a number that is not whole.</summary>
    public static bool HasFraction(string text, char decimalMarker) =>
        double.TryParse(decimalMarker == ',' ? text.Replace(',', '.') : text, NumberStyles.Float,
            CultureInfo.InvariantCulture, out double value) && value != Math.Floor(value);

    private static string Unnamed(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"Column{index + 1}");

    private static bool IsCommaNumber(string field) =>
        field.Count(',') == 1 && IsNumber(field, ',');

    // A header has no numbers; where all is text, the first line is taken for names.
    private static bool HasNames(string[][] sample, char marker) =>
        !sample[0].Any(field => IsNumber(field, marker)) && sample[0].Any(field => field.Length > 0);

    private static char[] Start(string path)
    {
        using var reader = new StreamReader(path);
        char[] start = new char[1024];
        return start[..reader.Read(start)];
    }

    /// <summary>Returns the separator that cuts the first records into the most fields, equally many each.</summary>
    private static char Detect(string path)
    {
        (char Separator, int Fields) best = (',', 1);
        foreach (char separator in Separators)
        {
            int[] fields = [.. Read(path, separator).Take(SampledRecords).Select(record => record.Length)];
            if (fields.Length > 0 && fields.All(count => count == fields[0]) && fields[0] > best.Fields)
            {
                best = (separator, fields[0]);
            }
        }
        return best.Separator;
    }

    private static IEnumerable<string[]> Read(string path, char separator)
    {
        using var reader = new StreamReader(path);
        var fields = new List<string>();
        var field = new StringBuilder();
        (bool quoted, bool wasQuoted) = (false, false);
        for (int next = reader.Read(); next >= 0; next = reader.Read())
        {
            char character = (char)next;
            if (quoted)
            {
                if (character != '"')
                {
                    field.Append(character);
                }
                else if (reader.Peek() == '"')
                {
                    field.Append((char)reader.Read());
                }
                else
                {
                    quoted = false;
                }
            }
            else if (character == '"' && string.IsNullOrWhiteSpace(field.ToString()))
            {
                (quoted, wasQuoted) = (true, true);
                field.Clear();
            }
            else if (character == separator)
            {
                Take();
            }
            else if (character == '\n')
            {
                Take();
                if (fields is not [""])
                {
                    yield return [.. fields];
                }
                fields.Clear();
            }
            else
            {
                field.Append(character);
            }
        }
        if (field.Length > 0 || fields.Count > 0 || wasQuoted)
        {
            Take();
            if (fields is not [""])
            {
                yield return [.. fields];
            }
        }

        void Take()
        {
            fields.Add(field.ToString().Trim());
            field.Clear();
            wasQuoted = false;
        }
    }
}

/// <summary>The content of a column of a <see cref="CsvFile"/>.</summary>
/// <param name="name">Its name.</param>
/// <param name="index">Its place in the file, from 0.</param>
internal sealed class CsvColumn(string name, int index)
{
    /// <summary>The number up to which distinct texts are counted; beyond it the number does not matter.</summary>
    public const int MostCounted = 1_001;

    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public int Index { get; } = index;

    public long Numbers { get; private set; }

    public long Missing { get; private set; }

    /// <summary>Gets the number of empty fields.</summary>
    public long Empty { get; private set; }

    /// <summary>Gets the first text that is not a number, and its row from 1; null if there is none.</summary>
    public (string Text, long Row)? FirstText { get; private set; }

    /// <summary>Gets the number of distinct texts, up to <see cref="MostCounted"/>.</summary>
    public int Different => _texts.Count;

    /// <summary>Gets whether all fields that are not empty are numbers.</summary>
    public bool IsNumeric => Numbers > 0 && FirstText is null;

    public void Add(string text, long row, char decimalMarker)
    {
        Empty += text.Length == 0 ? 1 : 0;
        if (_texts.Count < MostCounted)
        {
            _texts.Add(text);
        }
        if (CsvFile.IsMissing(text))
        {
            Missing++;
        }
        else if (CsvFile.IsNumber(text, decimalMarker))
        {
            Numbers++;
        }
        else
        {
            FirstText ??= (text, row);
        }
    }
}
