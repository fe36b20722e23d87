using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Spiking;
using Microsoft.ML.Transforms;

namespace ImageClassification;

/// <summary>ML.NET's own transforms, from image files to pixels and from labels to keys.</summary>
internal sealed class ImagePipeline
{
    private readonly MLContext _ml;
    private readonly ITransformer _labels;
    private readonly ITransformer _pixels;

    /// <summary>Learns the classes.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="train">The images to train with.</param>
    /// <param name="size">Height and width to which images are cropped and resized.</param>
    public ImagePipeline(MLContext ml, IReadOnlyList<ImageFile> train, int size)
    {
        _ml = ml;
        IDataView files = ml.Data.LoadFromEnumerable(train);
        FileSchema = files.Schema;
        _labels = ml.Transforms.Conversion.MapValueToKey(nameof(ImageFile.Label),
            keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(files);
        VBuffer<ReadOnlyMemory<char>> classes = default;
        _labels.GetOutputSchema(files.Schema)[nameof(ImageFile.Label)].GetKeyValues(ref classes);
        Classes = [.. classes.DenseValues().Select(name => name.ToString())];
        _pixels = ml.Transforms.LoadImages("Image", imageFolder: null, nameof(ImageFile.ImagePath))
            .Append(ml.Transforms.ResizeImages("Image", size, size))
            .Append(ml.Transforms.ExtractPixels("Features", "Image")) // [3, size, size], from 0 to 255
            .Fit(files);
    }

    /// <summary>Gets the classes in the order of their keys.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Gets the columns of image files.</summary>
    public DataViewSchema FileSchema { get; }

    /// <summary>Returns keys and pixels of images, which are read on demand.</summary>
    public IDataView Read(IReadOnlyList<ImageFile> images) =>
        _pixels.Transform(_labels.Transform(_ml.Data.LoadFromEnumerable(images)));

    /// <summary>Returns the model that is saved: it takes the name of an image file and needs no label.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="data">Rows from <see cref="Read"/>.</param>
    public ITransformer Model(SpikingPredictionTransformer network, IDataView data) =>
        new TransformerChain<ITransformer>(_pixels, network,
            _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(network.Transform(data)));
}
