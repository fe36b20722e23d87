namespace Microsoft.ML.Spiking;

/// <summary>How much the rows of each class count in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>All alike.</summary>
    None,

    /// <summary>Inversely to the class's total weight in the training rows; the mean over the rows stays 1.</summary>
    Balanced,

    /// <summary>As given in the options, one weight for each class in key order.</summary>
    Given,
}
