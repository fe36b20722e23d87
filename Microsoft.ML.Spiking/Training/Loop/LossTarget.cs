namespace Microsoft.ML.Spiking;

/// <summary>What the mean squared error part of the loss pulls the logits towards.</summary>
public enum LossTarget
{
    /// <summary>1 for every class, as the CLIF authors' code does.</summary>
    Constant,

    /// <summary>1 for the row's class, 0 for the others.</summary>
    OneHot,
}
