namespace Microsoft.ML.Spiking;

public sealed partial class SpikingClifTrainer
{
    // What is reported while the trainer works, and how it is stopped.
    public sealed partial class Options
    {
        /// <summary>
        /// Gets or sets what is called after every epoch, on the training's own thread. What it throws stops the
        /// training and reaches the caller of Fit.
        /// </summary>
        public Action<EpochMetrics>? MetricsCallback { get; set; }

        /// <summary>
        /// Gets or sets what is called after every batch, on the training's own thread: for progress bars; keep it
        /// short. What it throws stops the training and reaches the caller of Fit.
        /// </summary>
        public Action<BatchProgress>? ProgressCallback { get; set; }

        /// <summary>
        /// Gets or sets the token that stops the training between two batches; Fit then throws
        /// <see cref="OperationCanceledException"/>. With <see cref="CheckpointFolder"/>, what has been trained is
        /// saved before. An exception of that type which a callback throws for another reason reaches the caller as it
        /// is.
        /// </summary>
        public CancellationToken CancellationToken { get; set; }

        /// <summary>
        /// Gets or sets whether a training that was stopped by <see cref="CancellationToken"/> after its first epoch
        /// gives the best model so far instead of throwing. Default <see langword="false"/>.
        /// </summary>
        public bool KeepBestOnCancellation { get; set; }
    }
}
