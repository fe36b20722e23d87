using System.Text.Json.Serialization;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// The random changes of training rows each time they are trained on, so that a network sees more than the given rows.
/// Validation rows and rows that are scored are not changed. The changes depend only on the seed, the epoch and the
/// row's position in the epoch.
/// </summary>
/// <remarks>
/// <para>The order: crop and flip, TrivialAugment, the normalization, cutout, then mixup or cutmix. The normalization
/// is the network's first layer (the option InputNormalization) and applies to the augmented rows; cutout therefore
/// writes the value that this layer brings to 0. Frames of an event camera are changed in the same way at all time
/// steps of a row.</para>
/// <para>What only event frames undergo is in <see cref="Events"/>.</para>
/// <para>All but mixup need images: features of the shape [channels, height, width] or [time steps, channels, height,
/// width]; see the option InputShape.</para>
/// <para>With mixup and cutmix a row has parts of two rows and of two classes. Each part has its own row's weight: with
/// part p of a row of weight v and 1 - p of one of weight w, the mixed row weighs p v + (1 - p) w, and the first class
/// has the share p v of that. The training accuracy is that of the first row's class.</para>
/// </remarks>
public sealed record ImageAugmentation
{
    private const int MostPixels = 1_024;
    private const double LargestAlpha = 100;

    /// <summary>
    /// Gets the range of the random crop: images are moved by up to this many pixels, up or down and left or right,
    /// every offset equally likely, and filled with 0. From 0 to 1,024, less than the image's height and width. Default
    /// 0, none.
    /// </summary>
    public int CropPadding { get; init; }

    /// <summary>
    /// Gets whether half of the images, at random, are mirrored left to right. Default <see langword="false"/>.
    /// </summary>
    public bool HorizontalFlip { get; init; }

    /// <summary>
    /// Gets whether each image undergoes one of fourteen changes, drawn with its strength: TrivialAugment in its wide
    /// space. They are identity; shear up to 0.99, translation up to 32 pixels and rotation up to 135 degrees, with the
    /// nearest pixel, filled with 0; brightness, color, contrast and sharpness times 0.01 to 1.99; posterization to 8
    /// to 2 bits a value; inversion of values above a threshold; stretched contrast; an equalized histogram. Needs
    /// images of one channel, or of red, green and blue, from 0 to 255 or from 0 to 1: white is 255 where a batch has
    /// values above 1. Default <see langword="false"/>. Source: Müller and Hutter, ICCV 2021, arXiv 2103.10158.
    /// </summary>
    public bool TrivialAugment { get; init; }

    /// <summary>
    /// Gets the side of cutout's square, which becomes 0 after the normalization; its center is anywhere in the image,
    /// and it is clipped at the edge. From 0 to 1,024, less than the image's height and width. Default 0, none. Source:
    /// DeVries and Taylor, arXiv 1708.04552, with 16 for CIFAR-10 and 8 for CIFAR-100.
    /// </summary>
    public int CutoutSize { get; init; }

    /// <summary>
    /// Gets the alpha of mixup: each row becomes p of itself and 1 - p of the row before it in the batch, with p drawn
    /// for each batch from Beta(alpha, alpha). From 0 to 100; 0 (the default) for none. With <see cref="CutmixAlpha"/>,
    /// each batch has one of the two, equally likely. Source: Zhang et al., "mixup", ICLR 2018.
    /// </summary>
    public double MixupAlpha { get; init; }

    /// <summary>
    /// Gets the alpha of cutmix: a rectangle of each image, with a share of the area drawn for each batch from
    /// Beta(alpha, alpha), is replaced by that of the row before it in the batch. From 0 to 100; 0 (the default) for
    /// none. Source: Yun et al., "CutMix", ICCV 2019.
    /// </summary>
    public double CutmixAlpha { get; init; }

    /// <summary>
    /// Gets the changes of rows that are frames of an event camera; null (the default) for none.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EventAugmentation? Events { get; init; }

    /// <summary>Gets whether a change needs images.</summary>
    [JsonIgnore]
    internal bool NeedsImages =>
        CropPadding > 0 || HorizontalFlip || TrivialAugment || CutoutSize > 0 || CutmixAlpha > 0;

    /// <summary>Gets whether rows of two classes are mixed.</summary>
    [JsonIgnore]
    internal bool Mixes => MixesImages || Events is { Mixes: true };

    /// <summary>Gets whether rows are mixed by mixup or cutmix.</summary>
    [JsonIgnore]
    internal bool MixesImages => MixupAlpha > 0 || CutmixAlpha > 0;

    /// <summary>Returns a sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        (int Value, string Name)[] sizes = [(CropPadding, nameof(CropPadding)), (CutoutSize, nameof(CutoutSize))];
        foreach ((int value, string name) in sizes)
        {
            if (value is < 0 or > MostPixels)
            {
                yield return Invariant(
                    $"{nameof(ImageAugmentation)}.{name} is {value}; it must be from 0 to {MostPixels} pixels.");
            }
        }
        (double Value, string Name)[] alphas = [(MixupAlpha, nameof(MixupAlpha)), (CutmixAlpha, nameof(CutmixAlpha))];
        foreach ((double value, string name) in alphas)
        {
            if (value is not (>= 0 and <= LargestAlpha))
            {
                yield return Invariant(
                    $"{nameof(ImageAugmentation)}.{name} is {value}; it must be from 0 to {LargestAlpha}.");
            }
        }
        foreach (string fault in Events?.Faults() ?? [])
        {
            yield return fault;
        }
    }

    /// <summary>Returns the reason why the augmentation does not suit rows of a shape; null if it does.</summary>
    /// <param name="shape">The shape of one time step.</param>
    /// <param name="timeSteps">The rows' own time steps; null where they have none.</param>
    internal string? FaultFor(IReadOnlyList<int> shape, int? timeSteps) =>
        Events?.FaultFor(shape, timeSteps) ?? FaultFor(shape);

    private string? FaultFor(IReadOnlyList<int> shape)
    {
        if (!NeedsImages)
        {
            return null;
        }
        if (shape is not [int channels, int height, int width])
        {
            return $"The augmentation needs images, but the features have the shape [{string.Join(", ", shape)}]; " +
                "where they are images, say so with the option InputShape, as in [3, 32, 32], else set Augmentation " +
                "to null.";
        }
        if (TrivialAugment && channels is not (1 or 3))
        {
            return $"{nameof(ImageAugmentation)}.{nameof(TrivialAugment)} needs images of one channel or of red, " +
                "green and blue, " +
                $"but the features have the shape [{string.Join(", ", shape)}].";
        }
        int side = Math.Min(height, width);
        return (CropPadding >= side, CutoutSize >= side) switch
        {
            (true, _) => TooLarge(nameof(CropPadding), CropPadding),
            (_, true) => TooLarge(nameof(CutoutSize), CutoutSize),
            _ => null,
        };
        string TooLarge(string name, int value) => $"{nameof(ImageAugmentation)}.{name} is {value}, but the images " +
            $"are {height}x{width}; it must be less than both.";
    }
}
