namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>Hears what a training has to say, on the training's own thread.</summary>
internal interface ITrainingObserver
{
    /// <summary>A sentence for the log.</summary>
    void Info(string message);

    /// <summary>A sentence for the log that the user should act on.</summary>
    void Warning(string message);

    /// <summary>Whether the environment that the training runs in has been cancelled.</summary>
    bool IsCancelled => false;

    /// <summary>After every batch; cheap. Throws to stop the training (a cancelled host does).</summary>
    void BatchFinished(BatchProgress progress);

    /// <summary>After every epoch.</summary>
    void EpochFinished(EpochMetrics metrics);
}
