namespace Microsoft.ML.Spiking;

/// <summary>The weight of each class's rows in the loss.</summary>
public enum ClassWeighting
{
    /// <summary>All classes have the weight 1.</summary>
    None,

    /// <summary>Inversely to the class's total weight in the training rows; the mean over the rows stays 1.</summary>
    Balanced,

    /// <summary>The weights given in the options, one for each class in key order.</summary>
    Given,
}

/// <summary>The device that a network is trained on.</summary>
public enum ComputeDevice
{
    /// <summary>The CUDA device where there is one, else the CPU. The choice is logged.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A CUDA device; an error where there is none.</summary>
    Cuda,
}

/// <summary>The course of the learning rate over the training.</summary>
public enum LearningRateSchedule
{
    /// <summary>Half a cosine from the learning rate to 0.</summary>
    Cosine,

    /// <summary>The given learning rate throughout.</summary>
    Constant,
}

/// <summary>The target of the logits in the mean squared error part of the loss.</summary>
public enum LossTarget
{
    /// <summary>1 for every class, as the CLIF authors' code does.</summary>
    Constant,

    /// <summary>1 for the row's class, 0 for the others.</summary>
    OneHot,
}

/// <summary>The rule that turns gradients into steps.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent with momentum; weight decay is added to the gradient.</summary>
    Sgd,

    /// <summary>
    /// Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019); beta 0.9 and 0.999, epsilon 1e-8.
    /// </summary>
    AdamW,
}

/// <summary>The precision in which convolutions and linear layers multiply in training.</summary>
public enum TrainingPrecision
{
    /// <summary>
    /// 32 bits everywhere. On CUDA, TF32 is switched off for convolutions, too, as long as the training runs.
    /// </summary>
    Full,

    /// <summary>
    /// Inputs, outputs and weights of these layers are rounded to bfloat16 (8 bits of precision) as they are used; the
    /// trained weights, the neurons' state, normalizations, the loss and validation stay in 32 bits. Meant for devices
    /// with bfloat16 units. On a processor that multiplies more slowly in bfloat16 than in 32 bits (one without
    /// AVX512_BF16 or AMX, as a rule) products stay in 32 bits and a warning says so; each machine decides that for
    /// itself, also when it resumes another one's checkpoint.
    /// </summary>
    BFloat16,

    /// <summary>
    /// On CUDA devices of compute capability 8.0 or later inputs and weights of these layers are rounded to TF32 (10
    /// bits behind the point, the range of 32 bits) as they are multiplied, and the products added in 32 bits. Where
    /// a convolution sees spikes, the gradient of its weights is multiplied in float16 instead, which has as many bits
    /// and is faster, scaled by a power of two so that it fits, and rounded to it once. On the CPU the same as
    /// <see cref="Full"/>, and a warning says so. The setting of TF32 is the process's: while another training in it is
    /// not to use TF32, none does.
    /// </summary>
    TensorFloat32,
}

/// <summary>The measure by which epochs are compared, taken on the validation rows.</summary>
public enum ValidationMetric
{
    /// <summary>The share of all rows classified correctly; on a tie, the lower loss.</summary>
    Accuracy,

    /// <summary>
    /// The mean, over the classes that occur, of the share of a class's rows classified correctly; on a tie, the lower
    /// loss.
    /// </summary>
    MacroAccuracy,

    /// <summary>The mean cross entropy of the scores; lower is better.</summary>
    Loss,
}
