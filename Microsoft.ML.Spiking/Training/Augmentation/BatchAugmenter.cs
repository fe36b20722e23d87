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
        _sources = new int[recipe.TrivialAugment ? _images.PlaneSize : 0];
    }

    /// <summary>Gets whether <see cref="Apply"/> mixes rows.</summary>
    public bool Mixes => _recipe.Mixes;

    /// <summary>Changes a batch.</summary>
    /// <param name="features">[rows, features].</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="firstRow">The first row's position in the epoch, from 0.</param>
    /// <returns>
    /// The share of each row that stays its own; the rest is of the row before it, or of the last row for the first.
    /// </returns>
    public double Apply(Span<float> features, int epoch, long firstRow)
    {
        int size = _images.RowSize;
        float white = _recipe.TrivialAugment ? TrivialAugment.WhiteOf(features) : 0;
        for (int row = 0; row * size < features.Length; row++)
        {
            Change(features.Slice(row * size, size), epoch, firstRow + row, white);
        }
        if (!_recipe.Mixes)
        {
            return 1;
        }
        RowMixing mixing = RowMixing.Draw(
            new RandomStream(_seed, RandomPurpose.Mixing, epoch: epoch, item: firstRow), _recipe, _images);
        mixing.Apply(features, _images, _scratch);
        return mixing.Share;
    }

    private void Change(Span<float> row, int epoch, long place, float white)
    {
        var random = new RandomStream(_seed, RandomPurpose.Augmentation, epoch: epoch, item: place);
        int places = (2 * _recipe.CropPadding) + 1;
        int down = random.NextInt32(places) - _recipe.CropPadding;
        int right = random.NextInt32(places) - _recipe.CropPadding;
        bool isMirrored = _recipe.HorizontalFlip && random.NextInt32(2) == 1;
        new CropAndFlip(down, right, isMirrored).Apply(row, _images, _scratch);
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
