namespace Microsoft.ML.Spiking.Training.Loop;

/// <summary>What a network is like on the validation rows; every row counts alike.</summary>
/// <param name="Accuracy">The part of them classified correctly, 0 to 1.</param>
/// <param name="MacroAccuracy">The mean, over the classes that occur, of the part of a class's rows classified correctly.</param>
/// <param name="Loss">Mean cross entropy of the scores (the softmax of the mean logits).</param>
internal readonly record struct ValidationResult(double Accuracy, double MacroAccuracy, double Loss);
