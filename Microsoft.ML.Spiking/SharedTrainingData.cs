using Microsoft.ML.Spiking.MLNetInternals;
using Microsoft.ML.Spiking.Training.Feed;

namespace Microsoft.ML.Spiking;

/// <summary>Training and validation rows that several trainings share, whose options name the same columns.</summary>
/// <param name="Columns">Of the training data.</param>
/// <param name="Rows">The training rows.</param>
/// <param name="ValidationRows">Null for none.</param>
internal sealed record SharedTrainingData(TrainingColumns Columns, SharedRows Rows, SharedRows? ValidationRows);
