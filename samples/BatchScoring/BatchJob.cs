using System.Diagnostics;
using Samples;

namespace BatchScoring;

/// <summary>The work: load the model, check the input, score block after block.</summary>
internal sealed class BatchJob(Arguments arguments)
{
    /// <exception cref="UsageException">The input does not fit the model, or cannot be scored.</exception>
    /// <exception cref="ModelFileException">The model cannot be used.</exception>
    public void Run()
    {
        CheckFiles();
        using SavedModel model = SavedModel.Load(arguments.Model);
        IRowFile input = Arguments.IsParquet(arguments.Input)
            ? new ParquetFile(arguments, model.Schema)
            : new CsvFile(arguments, model.Schema.FeatureCount);
        RowRange range = arguments.Partition?.Of(input.RowCount) ?? new RowRange(0, input.RowCount);
        JobIdentity job = Identity(model, input);
        PartitionRecord? record = arguments.Partition is null ? null : new(arguments.OutputFile, job);
        if (record?.RowsIfComplete(arguments.Overwrite) is long rows)
        {
            Console.WriteLine(
                $"partition {arguments.Partition} is complete: {rows:N0} rows in '{arguments.OutputFile}'");
            return;
        }
        long start = Stopwatch.GetTimestamp();
        using IPredictions output = Predictions(model.Schema, job, range);
        if (output.RowCount > 0)
        {
            Console.WriteLine($"resuming after {output.RowCount:N0} of {range.Count:N0} rows");
        }
        Score(model, input, output, range);
        output.Complete(path => record?.Write(path, output.RowCount));
        using var process = Process.GetCurrentProcess();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"{output.RowCount:N0} rows in '{arguments.OutputFile}' after {seconds:N1} s, " +
            $"with at most {process.PeakWorkingSet64 >> 20:N0} MB of memory");
    }

    private void CheckFiles()
    {
        if (File.Exists(arguments.OutputFile) && arguments is { Partition: null, Overwrite: false })
        {
            throw new UsageException($"'{arguments.OutputFile}' exists already: give --overwrite to score again, or " +
                "another --output.");
        }
        if (!File.Exists(arguments.Input))
        {
            throw new UsageException($"There is no file '{arguments.Input}'.");
        }
        if (arguments.Separator is not null && Arguments.IsParquet(arguments.Input)
            && Arguments.IsParquet(arguments.Output))
        {
            throw new UsageException($"--separator is for CSV; '{arguments.Input}' and '{arguments.Output}' are not.");
        }
    }

    private JobIdentity Identity(SavedModel model, IRowFile input) => new(
        model.Sha256, input.Sha256, input.Features, arguments.Header, arguments.SeparatorOrComma,
        arguments.AllowMissing, (arguments.Partition ?? new Partition(1, 1)).ToString());

    private IPredictions Predictions(ModelSchema model, JobIdentity job, RowRange range) =>
        Arguments.IsParquet(arguments.Output)
            ? new ParquetPredictions(arguments.OutputFile, model.Classes, range.First)
            : new CsvPredictions(arguments.OutputFile, job, model.Classes, range.Count, arguments.Overwrite);

    private void Score(SavedModel model, IRowFile input, IPredictions output, RowRange range)
    {
        IEnumerable<FeatureRow> rows = input.Rows(range with { First = range.First + output.RowCount });
        ProgressDisplay.Run(output.RowCount, range.Count, report =>
        {
            foreach (float[][] block in model.Score(rows).Chunk(arguments.BlockRows))
            {
                output.Append(Checked(block, range.First + output.RowCount, input));
                report(output.RowCount);
            }
        });
        if (input.HasChanged)
        {
            output.Discard();
            throw new UsageException(
                $"'{arguments.Input}' was changed while it was read; its predictions are discarded: run this again.");
        }
        if (input.Fault is UsageException fault)
        {
            throw fault;
        }
    }

    /// <summary>Returns the block with null for the rows that cannot be scored, if such rows may be.</summary>
    private float[]?[] Checked(float[][] block, long first, IRowFile input)
    {
        int wrong = Array.FindIndex(block, scores => float.IsNaN(scores[0]));
        return wrong < 0 || arguments.AllowMissing
            ? [.. block.Select(scores => float.IsNaN(scores[0]) ? null : scores)]
            : throw new UsageException(
                $"{input.Place(first + wrong)} cannot be scored: its values are too large for the model.");
    }
}
