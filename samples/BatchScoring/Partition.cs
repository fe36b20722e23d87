using System.Globalization;

namespace BatchScoring;

/// <summary>Rows of a file, counted from 0.</summary>
/// <param name="First">The first one.</param>
/// <param name="End">The one behind the last.</param>
internal readonly record struct RowRange(long First, long End)
{
    public long Count => End - First;
}

/// <summary>One of several parts of the rows, of equal size to within a row.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct Partition(int Number, int Count)
{
    private const int MostPartitions = 1_000_000;

    /// <summary>Reads "3/16".</summary>
    /// <param name="text">The text.</param>
    /// <param name="partition">The partition.</param>
    /// <returns>What it must be instead; null if it is a partition.</returns>
    public static string? Parse(string text, out Partition partition)
    {
        int[] numbers = [.. text.Split('/').Select(word =>
            int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
        partition = default;
        if (numbers is not [>= 0, >= 1 and <= MostPartitions])
        {
            return "the number of a partition and how many there are, at most a million, such as 3/16";
        }
        partition = new(numbers[0], numbers[1]);
        return partition.Number >= 1 && partition.Number <= partition.Count
            ? null
            : $"one of the partitions from 1/{partition.Count} to {partition.Count}/{partition.Count}";
    }

    /// <summary>Returns this partition's rows; those of all partitions together are all rows, each once.</summary>
    public RowRange Of(long rows) => new(Start(rows, Number - 1), Start(rows, Number));

    /// <summary>Returns the path of the partition's output: predictions.csv becomes predictions-03-of-16.csv.</summary>
    public string PathOf(string path)
    {
        string count = Count.ToString(CultureInfo.InvariantCulture);
        string number = Number.ToString(CultureInfo.InvariantCulture).PadLeft(count.Length, '0');
        return Path.Combine(Path.GetDirectoryName(path) ?? "",
            $"{Path.GetFileNameWithoutExtension(path)}-{number}-of-{count}{Path.GetExtension(path)}");
    }

    public override string ToString() => $"{Number}/{Count}";

    private long Start(long rows, int partition) => (long)((Int128)rows * partition / Count);
}
