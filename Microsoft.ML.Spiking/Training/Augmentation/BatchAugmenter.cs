using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Randomness;


namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// The random augmentation of a batch's rows, in place. The changes of a row depend on the seed, the epoch and the
/// row's position in it, so a training that is resumed from a checkpoint sees the same rows.
/// </summary>
internal sealed class BatchAugmenter
{
    private readonly ImageAugmentation _recipe;
    private readonly ImageLayout _images;
    private readonly float[] _zeros;
    private readonly int _seed;
    private readonly float[] _scratch;
    private readonly int[] _sources;

    /// <param name="recipe">The changes.</param>
    /// <param name="rows">The layout of the rows.</param>
    /// <param name="zeros">
    /// The value that the network's normalization brings to 0: of each channel, or one for all.
    /// </param>
    /// <param name="seed">The user's seed.</param>
    public BatchAugmenter(ImageAugmentation recipe, RowLayout rows, float[] zeros, int seed)
    {
        _recipe = recipe;
        _images = ImageLayout.Of(rows);
        _zeros = zeros;
        _seed = seed;
        _scratch = new float[_images.RowSize];
        _sources = new int[recipe.TrivialAugment || recipe.Events is { Warps: true } ? _images.PlaneSize : 0];
    }

    /// <summary>Gets whether <see cref="Apply"/> mixes rows.</summary>
    public bool Mixes => _recipe.Mixes;

    /// <summary>Changes a batch.</summary>
    /// <param name="features">[rows, features].</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="firstRow">The first row's position in the epoch, from 0.</param>
    /// <param name="shares">
    /// Takes the share of each row that stays its own; the rest is of the row before it, or of the last row for the
    /// first. Null where it is of no interest.
    /// </param>
    public void Apply(Span<float> features, int epoch, long firstRow, double[]? shares = null)
    {
        int size = _images.RowSize;
        float white = _recipe.TrivialAugment ? TrivialAugment.WhiteOf(features) : 0;
        for (int row = 0; row * size < features.Length; row++)
        {
            Change(features.Slice(row * size, size), epoch, firstRow + row, white);
        }
        shares ??= new double[features.Length / size];
        Array.Fill(shares, 1);
        if (_recipe.Mixes)
        {
            Mix(features, epoch, firstRow, shares);
        }
    }

    // One kind for each batch; all that are asked for are equally likely.
    private void Mix(Span<float> features, int epoch, long firstRow, double[] shares)
    {
        var random = new RandomStream(_seed, RandomPurpose.EventMixing, epoch: epoch, item: firstRow);
        (bool IsWanted, Mixing Kind)[] kinds =
        [
            (_recipe.MixupAlpha > 0, Mixing.Image), (_recipe.CutmixAlpha > 0, Mixing.Image),
            (_recipe.Events is { MixBeta: > 0 }, Mixing.Events),
            (_recipe.Events is { TimeCutmixAlpha: > 0 }, Mixing.Time),
        ];
        (bool, Mixing Kind)[] wanted = [.. kinds.Where(kind => kind.IsWanted)];
        switch (wanted[random.NextInt32(wanted.Length)].Kind)
        {
            case Mixing.Image:
                RowMixing mixing = RowMixing.Draw(
                    new RandomStream(_seed, RandomPurpose.Mixing, epoch: epoch, item: firstRow), _recipe, _images);
                mixing.Apply(features, _images, _scratch);
                Array.Fill(shares, mixing.Share);
                break;
            case Mixing.Time:
                Array.Fill(shares,
                    EventMixing.CutTime(features, _images, _recipe.Events!.TimeCutmixAlpha, random, _scratch));
                break;
            default:
                EventMixing.MixEvents(features, _images, _recipe.Events!.MixBeta, row => new RandomStream(
                    _seed, RandomPurpose.EventAugmentation, channel: 1, epoch: epoch, item: firstRow + row),
                    _scratch, shares);
                break;
        }
    }

    private enum Mixing
    {
        Image,
        Events,
        Time,
    }

    private void Change(Span<float> row, int epoch, long place, float white)
    {
        var random = new RandomStream(_seed, RandomPurpose.Augmentation, epoch: epoch, item: place);
        int places = (2 * _recipe.CropPadding) + 1;
        int down = random.NextInt32(places) - _recipe.CropPadding;
        int right = random.NextInt32(places) - _recipe.CropPadding;
        bool isMirrored = _recipe.HorizontalFlip && random.NextInt32(2) == 1;
        new CropAndFlip(down, right, isMirrored).Apply(row, _images, _scratch);
        if (_recipe.Events is EventAugmentation events)
        {
            EventChanges.Apply(row, _images, events,
                new RandomStream(_seed, RandomPurpose.EventAugmentation, epoch: epoch, item: place), _scratch,
                _sources);
        }
        if (_recipe.TrivialAugment)
        {
            TrivialAugment.Draw(new RandomStream(_seed, RandomPurpose.TrivialAugment, epoch: epoch, item: place))
                .Apply(row, _images, white, _scratch, _sources);
        }
        if (_recipe.CutoutSize is int side and > 0)
        {
            int top = random.NextInt32(_images.Height) - (side / 2);
            int left = random.NextInt32(_images.Width) - (side / 2);
            BoxPlanes.Fill(row, _images, Box.Within(_images, top, left, side, side), _zeros);
        }
    }
}
