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
        using SavedModel model = SavedModel.Load(arguments.Model);
        var input = new CsvFile(arguments.Input, arguments.Separator, arguments.Header);
        FieldRange features = Features(input, model.Schema.FeatureCount);
        var text = new PredictionText(model.Schema.Classes, arguments.Separator);
        using var output = new PredictionFile(
            arguments.Output, Identity(model, input, features), text.Header(), input.RowCount, arguments.Overwrite);
        if (output.RowCount > 0)
        {
            Console.WriteLine($"resuming after {output.RowCount:N0} of {input.RowCount:N0} rows");
        }

        long start = Stopwatch.GetTimestamp();
        IEnumerable<FeatureRow> rows = input.Rows(features, skip: output.RowCount, arguments.AllowMissing);
        ProgressDisplay.Run(output.RowCount, input.RowCount, report =>
        {
            foreach (float[][] block in model.Score(rows).Chunk(arguments.BlockRows))
            {
                AddLines(text, block, output.RowCount, input);
                output.Append(text.Take(), block.Length);
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
        output.Complete();
        using var process = Process.GetCurrentProcess();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Console.WriteLine($"{output.RowCount:N0} rows in '{arguments.Output}' after {seconds:N1} s, " +
            $"with at most {process.PeakWorkingSet64 >> 20:N0} MB of memory");
    }

    private FieldRange Features(CsvFile input, int wanted)
    {
        if (arguments.Features is not FieldRange range)
        {
            return input.FieldCount == wanted || input.RowCount == 0
                ? new FieldRange(1, wanted)
                : throw new UsageException(
                    $"The lines of '{arguments.Input}' have {input.FieldCount:N0} fields; the model takes " +
                    $"{wanted:N0} features: say with --features FIRST-LAST which fields those are.");
        }
        if (range.Count != wanted)
        {
            throw new UsageException(
                $"--features {range} names {range.Count:N0} fields; the model takes {wanted:N0} features.");
        }
        return range.Last <= input.FieldCount || input.RowCount == 0
            ? range
            : throw new UsageException(
                $"--features {range} goes beyond the {input.FieldCount:N0} fields of the lines of " +
                $"'{arguments.Input}'.");
    }

    private JobIdentity Identity(SavedModel model, CsvFile input, FieldRange features) => new(
        model.Sha256, input.Sha256, features.ToString(), arguments.Header, arguments.Separator, arguments.AllowMissing);

    private void AddLines(PredictionText text, float[][] block, long row, CsvFile input)
    {
        foreach (float[] scores in block)
        {
            bool isScored = !float.IsNaN(scores[0]);
            if (!isScored && !arguments.AllowMissing)
            {
                throw new UsageException($"Line {input.Line(row):N0} of '{arguments.Input}' cannot be scored: " +
                    "its values are too large for the model.");
            }
            text.Add(isScored ? scores : null);
            row++;
        }
    }
}
