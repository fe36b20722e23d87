namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>The receiver of a training's messages and reports, called on the training's own thread.</summary>
internal interface ITrainingObserver
{
    /// <summary>Receives a sentence for the log.</summary>
    void Info(string message);

    /// <summary>Receives a sentence for the log that the user should act on.</summary>
    void Warning(string message);

    /// <summary>Gets whether the environment that the training runs in has been cancelled.</summary>
    bool IsCancelled => false;

    /// <summary>Receives the progress after every batch; must be cheap. Throws to stop the training.</summary>
    void BatchFinished(BatchProgress progress);

    /// <summary>Receives the report of every epoch.</summary>
    void EpochFinished(EpochMetrics metrics);
}
