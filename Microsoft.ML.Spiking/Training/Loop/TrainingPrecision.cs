namespace Microsoft.ML.Spiking;

/// <summary>How precisely convolutions and linear layers multiply in training.</summary>
public enum TrainingPrecision
{
    /// <summary>32 bits everywhere.</summary>
    Full,

    /// <summary>
    /// The inputs, outputs and weights of these layers are rounded to bfloat16 (8 bits of precision) as they are used; the
    /// weights that are trained, the neurons' state, normalizations, the loss and validation stay in 32 bits. Meant for
    /// devices with bfloat16 units. On a processor that multiplies more slowly in bfloat16 than in 32 bits (one without
    /// AVX512_BF16 or AMX, as a rule) products stay in 32 bits and a warning says so; each machine decides that for itself,
    /// also when it resumes another one's checkpoint.
    /// </summary>
    BFloat16,
}
