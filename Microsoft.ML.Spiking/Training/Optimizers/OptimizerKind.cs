namespace Microsoft.ML.Spiking;

/// <summary>The rule that turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum; weight decay is added to the gradient.</summary>
    Sgd,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019); beta 0.9 and 0.999, epsilon 1e-8.</summary>
    AdamW,
}
