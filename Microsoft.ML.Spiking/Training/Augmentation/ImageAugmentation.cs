using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// How training rows are changed at random each time they are learned from, so that a network sees more than there is.
/// Validation rows and rows that are scored stay as they are. All changes together depend on the seed, the epoch and the
/// row's position in the epoch alone.
/// </summary>
/// <remarks>
/// <para>The order: crop and flip, TrivialAugment, the normalization, cutout, then mixup or cutmix. The normalization is the network's first
/// layer (the option InputNormalization) and works on the finished rows; cutout therefore writes what that layer brings to
/// 0, which is the same. Frames of an event camera are changed alike at all time steps of a row.</para>
/// <para>All but mixup need images: features of the shape [channels, height, width] or [time steps, channels, height,
/// width]; see the option InputShape.</para>
/// <para>With mixup and cutmix a row has parts of two rows, and of two classes. Each part counts with its own row's weight:
/// with part p of a row of weight v and 1 - p of one of weight w, the mixed row weighs p v + (1 - p) w, and the first
/// class has the share p v of that. The training accuracy is that of the first row's class.</para>
/// </remarks>
public sealed record ImageAugmentation
{
    private const int MostPixels = 1_024;
    private const double LargestAlpha = 100;

    /// <summary>
    /// Random crop: images are moved by up to so many pixels, up or down and left or right, every place equally likely;
    /// 0 moves in. From 0 to 1,024, less than the image's height and width. Default 0, none.
    /// </summary>
    public int CropPadding { get; init; }

    /// <summary>Whether every other image, at random, is mirrored left to right. Default <see langword="false"/>.</summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// Whether each image undergoes one of fourteen changes, drawn with its strength: TrivialAugment in its wide space.
    /// They are none at all; shear up to 0.99, translation up to 32 pixels and rotation up to 135 degrees, of the nearest
    /// pixels, 0 moving in; brightness, color, contrast and sharpness times 0.01 to 1.99; 8 to 2 bits a value; inversion of
    /// what is brighter than a threshold; stretched contrast; equalized histogram. Needs images of one channel, or of red,
    /// green and blue, from 0 to 255 or from 0 to 1: white is 255 where a batch has values above 1.
    /// Default <see langword="false"/>. Source: Müller and Hutter, ICCV 2021, arXiv 2103.10158.
    /// </summary>
    public bool TrivialAugment { get; init; }

    /// <summary>
    /// Cutout: the side of a square, its center anywhere in the image, that becomes 0 after the normalization; what
    /// reaches over the edge is lost. From 0 to 1,024, less than the image's height and width. Default 0, none.
    /// Source: DeVries and Taylor, arXiv 1708.04552, with 16 for CIFAR-10 and 8 for CIFAR-100.
    /// </summary>
    public int CutoutSize { get; init; }

    /// <summary>
    /// Mixup: each row becomes p of itself and 1 - p of the row before it in the batch, p drawn for each batch from
    /// Beta(alpha, alpha). From 0 to 100; 0 (the default) for none. With <see cref="CutmixAlpha"/>, each batch has one of
    /// the two, equally likely. Source: Zhang et al., "mixup", ICLR 2018.
    /// </summary>
    public double MixupAlpha { get; init; }

    /// <summary>
    /// Cutmix: in each image a box, whose part of the area is drawn for each batch from Beta(alpha, alpha), is that of
    /// the row before it in the batch. From 0 to 100; 0 (the default) for none. Source: Yun et al., "CutMix", ICCV 2019.
    /// </summary>
    public double CutmixAlpha { get; init; }

    /// <summary>Whether anything moves or cuts pixels.</summary>
    [JsonIgnore]
    internal bool NeedsImages => CropPadding > 0 || HorizontalFlip || TrivialAugment || CutoutSize > 0 || CutmixAlpha > 0;

    /// <summary>Whether rows of two classes come about.</summary>
    [JsonIgnore]
    internal bool Mixes => MixupAlpha > 0 || CutmixAlpha > 0;

    /// <summary>One sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach ((int value, string name) in new[] { (CropPadding, nameof(CropPadding)), (CutoutSize, nameof(CutoutSize)) })
        {
            if (value is < 0 or > MostPixels)
            {
                yield return $"{nameof(ImageAugmentation)}.{name} is {value}; it must be from 0 to {MostPixels} pixels.";
            }
        }
        foreach ((double value, string name) in new[] { (MixupAlpha, nameof(MixupAlpha)), (CutmixAlpha, nameof(CutmixAlpha)) })
        {
            if (value is not (>= 0 and <= LargestAlpha))
            {
                yield return $"{nameof(ImageAugmentation)}.{name} is {value}; it must be from 0 to {LargestAlpha}.";
            }
        }
    }

    /// <summary>Why rows of that shape cannot be changed so; null if they can.</summary>
    /// <param name="shape">Of one time step.</param>
    internal string? FaultFor(IReadOnlyList<int> shape)
    {
        if (!NeedsImages)
        {
            return null;
        }
        if (shape is not [int channels, int height, int width])
        {
            return $"The augmentation needs images, but the features have the shape [{string.Join(", ", shape)}]; where they " +
                "are images, say so with the option InputShape, as in [3, 32, 32], else set Augmentation to null.";
        }
        if (TrivialAugment && channels is not (1 or 3))
        {
            return $"{nameof(ImageAugmentation)}.{nameof(TrivialAugment)} needs images of one channel or of red, green and blue, " +
                $"but the features have the shape [{string.Join(", ", shape)}].";
        }
        int side = Math.Min(height, width);
        return (CropPadding >= side, CutoutSize >= side) switch
        {
            (true, _) => TooLarge(nameof(CropPadding), CropPadding),
            (_, true) => TooLarge(nameof(CutoutSize), CutoutSize),
            _ => null,
        };
        string TooLarge(string name, int value) => $"{nameof(ImageAugmentation)}.{name} is {value}, but the images are " +
            $"{height}x{width}; it must be less than both.";
    }
}
