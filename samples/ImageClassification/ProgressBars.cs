using Microsoft.ML.Spiking;
using Spectre.Console;

namespace ImageClassification;

/// <summary>Progress of a training: a bar for the epochs, one for the images of the current epoch.</summary>
internal static class ProgressBars
{
    /// <summary>Runs the work and shows the progress that it reports through the options' callback.</summary>
    /// <param name="options">The options, which receive the callback; no trainer has been made with them yet.</param>
    /// <param name="work">Uses the options.</param>
    public static T Run<T>(SpikingClifTrainer.Options options, Func<T> work)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            return work(); // in a file, a line for each epoch is enough
        }
        return AnsiConsole.Progress().HideCompleted(false).AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(),
                new ElapsedTimeColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask all = context.AddTask("reading the images"), epoch = context.AddTask(
                    "epoch", autoStart: false);
                all.IsIndeterminate = true;
                options.ProgressCallback = progress =>
                {
                    all.IsIndeterminate = false;
                    all.Description = $"epoch {progress.Epoch} of {progress.Epochs}";
                    all.MaxValue = progress.Epochs;
                    all.Value = progress.Epoch - 1 + ((double)progress.Rows / progress.TotalRows);
                    epoch.StartTask();
                    epoch.Description = $"{progress.Rows} of {progress.TotalRows} images";
                    epoch.MaxValue = progress.TotalRows;
                    epoch.Value = progress.Rows;
                };
                return work();
            });
    }
}
