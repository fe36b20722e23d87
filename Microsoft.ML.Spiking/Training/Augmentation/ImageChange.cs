namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>The changes of <see cref="TrivialAugment"/>.</summary>
/// <remarks>Their order is part of what makes a seed repeatable.</remarks>
internal enum ImageChange
{
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
}
