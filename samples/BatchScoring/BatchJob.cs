using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Samples;

namespace BatchScoring;

/// <summary>The work: load, look at the input, score block after block.</summary>
internal sealed class BatchJob(Arguments arguments)
{
    /// <exception cref="UsageException">The input does not fit the model, or cannot be scored.</exception>
    /// <exception cref="ModelFileException">There is no model.</exception>
    public void Run()
    {
        using SavedModel model = SavedModel.Load(arguments.Model);
        var input = new CsvFile(arguments.Input, arguments.Separator, arguments.Header);
        FieldRange features = Features(input, model.Schema.FeatureCount);
        var text = new PredictionText(model.Schema.Classes, arguments.Separator);
        using var output = new PredictionFile(arguments.Output, Identity(model, features), text.Header(), arguments.Overwrite);
        if (output.RowCount > 0)
        {
            Console.WriteLine($"going on after {output.RowCount:N0} of {input.RowCount:N0} rows");
        }

        long start = Stopwatch.GetTimestamp();
        ProgressDisplay.Run(output.RowCount, input.RowCount, report =>
        {
            foreach (float[][] block in Scores(model, input, features, output.RowCount).Chunk(arguments.BlockRows))
            {
                AddLines(text, block, output.RowCount, input, features);
                output.Append(text.Take(), block.Length);
                report(output.RowCount);
            }
        });
        if (output.RowCount != input.RowCount)
        {
            throw new UsageException($"'{arguments.Input}' has {input.RowCount:N0} rows by its line feeds, but ML.NET's text loader " +
                $"read {output.RowCount:N0}: its lines end in another way, or it was changed meanwhile.");
        }
        output.Complete();
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{output.RowCount:N0} rows in '{arguments.Output}' after {Stopwatch.GetElapsedTime(start).TotalSeconds:N1} s, " +
            $"with at most {process.PeakWorkingSet64 >> 20:N0} MB of memory");
    }

    private FieldRange Features(CsvFile input, int wanted)
    {
        if (arguments.Features is not FieldRange range)
        {
            return input.FieldCount == wanted || input.RowCount == 0
                ? new FieldRange(1, wanted)
                : throw new UsageException($"The lines of '{arguments.Input}' have {input.FieldCount:N0} fields; the model takes " +
                    $"{wanted:N0} features: say with --features FIRST-LAST which fields those are.");
        }
        if (range.Count != wanted)
        {
            throw new UsageException($"--features {range} names {range.Count:N0} fields; the model takes {wanted:N0} features.");
        }
        return range.Last <= input.FieldCount || input.RowCount == 0
            ? range
            : throw new UsageException($"--features {range} goes beyond the {input.FieldCount:N0} fields of the lines of '{arguments.Input}'.");
    }

    private JobIdentity Identity(SavedModel model, FieldRange features)
    {
        var file = new FileInfo(arguments.Input);
        return new JobIdentity(model.Sha256, file.Length, file.LastWriteTimeUtc, features.ToString(), arguments.Header,
            arguments.Separator, arguments.AllowMissing);
    }

    /// <summary>Reads, scores and forgets: nothing here holds more than a few rows.</summary>
    private IEnumerable<float[]> Scores(SavedModel model, CsvFile input, FieldRange features, long done)
    {
        ModelSchema schema = model.Schema;
        TextLoader loader = model.CreateTextLoader(new TextLoader.Options
        {
            Separators = [arguments.Separator],
            HasHeader = arguments.Header,
            AllowQuoting = true,
            AllowSparse = false,
            MissingRealsAsNaNs = true,
            Columns =
            [
                new TextLoader.Column(schema.FeatureColumn, DataKind.Single, features.First - 1, features.Last - 1),
                // Fields that no line has: these columns must be there, and hold whatever stands for nothing.
                .. schema.IdleColumns.Select(idle => new TextLoader.Column(idle.Name, idle.Kind, (int)input.FieldCount)),
            ],
        });
        return model.Score(loader.Load(arguments.Input), done);
    }

    private void AddLines(PredictionText text, float[][] block, long row, CsvFile input, FieldRange features)
    {
        foreach (float[] scores in block)
        {
            bool scored = !float.IsNaN(scores[0]);
            if (!scored && !arguments.AllowMissing)
            {
                throw new UsageException(input.Fault(row, features));
            }
            text.Add(scored ? scores : null);
            row++;
        }
    }
}
