using System.IO.Compression;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Runtime.Zip;
using Microsoft.ML.Spiking.Scoring.Scorers;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Runtime;

/// <summary>
/// A trained network, read from a model's zip and scored in managed code on the processor, without ML.NET and
/// TorchSharp. It gives the probabilities that the model gives in ML.NET, to the last bit with vectors of the same
/// width. Safe to use from several threads at once.
/// </summary>
/// <remarks>
/// It runs the network alone: the layers, with the normalization of the input that is part of them. Transforms that the
/// zip has before the network are not run; see <see cref="Load(Stream, bool)"/>.
/// </remarks>
/// <example>
/// <code>
/// SpikingModel model = SpikingModel.Load("model.zip");
/// string digit = model.Predict(pixels).Label;
/// </code>
/// </example>
public sealed class SpikingModel
{
    private readonly IScorer _scorer;
    private readonly int _channels;
    private readonly bool _isInterleaved;

    private SpikingModel(StoredModel stored)
    {
        NetworkDefinition network = stored.Network;
        _scorer = stored.Exit is null
            ? new ManagedScorer(network, stored.Weights)
            : new EarlyExitScorer(network, stored.Weights, stored.Exit, new StepCount());
        _channels = network.InputShape[0];
        _isInterleaved = network.PixelOrder == PixelOrder.Interleaved && _channels > 1;
        IReadOnlyList<int> step = _isInterleaved ? [.. network.InputShape.Skip(1), _channels] : network.InputShape;
        InputShape = network.HasTimeAxis ? [network.TimeSteps, .. step] : step;
        Labels = stored.Labels;
    }

    /// <summary>
    /// Gets the shape of a row: [features] or [channels, height, width], behind the number of time steps where rows
    /// bring them. Where the network was trained on interleaved pixels, so are the rows: [height, width, channels].
    /// </summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>Gets the number of values of a row: the product of <see cref="InputShape"/>.</summary>
    public int FeatureCount => _scorer.FeatureCount;

    /// <summary>Gets the number of classes, at least 2.</summary>
    public int ClassCount => _scorer.ClassCount;

    /// <summary>
    /// Gets the name of each class: the label's values as text, in the order of its keys; "false" and "true" where the
    /// label is Boolean; the numbers of the classes, from 1, where the label's keys stand for nothing.
    /// </summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Reads the network of a model from a file.</summary>
    /// <param name="path">The zip that ML.NET's Model.Save wrote.</param>
    /// <exception cref="FormatException">See <see cref="Load(Stream, bool)"/>.</exception>
    /// <exception cref="NotSupportedException">See <see cref="Load(Stream, bool)"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SpikingModel Load(string path) => Load(path, ignoreTransforms: false);

    /// <summary>Reads the network of a model.</summary>
    /// <param name="stream">The zip that ML.NET's Model.Save wrote; seekable; stays open.</param>
    /// <exception cref="FormatException">See <see cref="Load(Stream, bool)"/>.</exception>
    /// <exception cref="NotSupportedException">See <see cref="Load(Stream, bool)"/>.</exception>
    /// <exception cref="ArgumentException">The stream is not seekable.</exception>
    public static SpikingModel Load(Stream stream) => Load(stream, ignoreTransforms: false);

    /// <summary>Reads the network of a model from a file, behind transforms or not.</summary>
    /// <param name="path">The zip that ML.NET's Model.Save wrote.</param>
    /// <param name="ignoreTransforms">See <see cref="Load(Stream, bool)"/>.</param>
    /// <exception cref="FormatException">See <see cref="Load(Stream, bool)"/>.</exception>
    /// <exception cref="NotSupportedException">See <see cref="Load(Stream, bool)"/>.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SpikingModel Load(string path, bool ignoreTransforms)
    {
        using FileStream stream = File.OpenRead(path);
        return Load(stream, ignoreTransforms);
    }

    /// <summary>Reads the network of a model, behind transforms or not.</summary>
    /// <param name="stream">The zip that ML.NET's Model.Save wrote; seekable; stays open.</param>
    /// <param name="ignoreTransforms">
    /// Whether the rows that will be scored have already gone through the transforms that the zip has before the
    /// network, such as a normalization or an encoding of categories, which are not run here. Where it is false, a
    /// model with such transforms is refused. Those that map values to keys, convert types, and copy, join or select
    /// columns are let pass: rows have the values of the feature column, as the trainer saw them.
    /// </param>
    /// <exception cref="FormatException">
    /// It is no zip, is damaged, was written by a newer version, or has no spiking network or several.
    /// </exception>
    /// <exception cref="NotSupportedException">
    /// It has transforms before the network, which the message names, or a label of a type that is not read.
    /// </exception>
    /// <exception cref="ArgumentException">The stream is not seekable.</exception>
    public static SpikingModel Load(Stream stream, bool ignoreTransforms)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream is not seekable; copy it into a file or into memory.",
                nameof(stream));
        }
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            return new(new ModelZip(archive).Read(ignoreTransforms));
        }
        catch (InvalidDataException exception)
        {
            throw new FormatException(
                $"The file is not a zip, or is damaged: {Quotation.OfSentence(exception.Message)}", exception);
        }
    }

    /// <summary>Predicts the class of a row.</summary>
    /// <param name="features"><see cref="FeatureCount"/> finite values, row-major by <see cref="InputShape"/>.</param>
    /// <exception cref="ArgumentException">There are fewer or more values, or one is not finite.</exception>
    public SpikingPrediction Predict(ReadOnlySpan<float> features)
    {
        float[] probabilities = new float[ClassCount];
        int best = Predict(features, probabilities);
        return new(best, Labels[best], probabilities);
    }

    /// <summary>Computes the probability of each class for a row, without an object for the result.</summary>
    /// <param name="features"><see cref="FeatureCount"/> finite values, row-major by <see cref="InputShape"/>.</param>
    /// <param name="probabilities">Takes <see cref="ClassCount"/> values, whose sum is 1.</param>
    /// <returns>The most probable class, from 0: an index into <see cref="Labels"/>.</returns>
    /// <exception cref="ArgumentException">
    /// There are fewer or more values, one is not finite, or the probabilities have another length.
    /// </exception>
    public int Predict(ReadOnlySpan<float> features, Span<float> probabilities)
    {
        if (features.Length != FeatureCount)
        {
            throw new ArgumentException(Invariant($"The row has {features.Length:N0} values; the network takes ") +
                Invariant($"{FeatureCount:N0}, {Shapes.Text(InputShape)}."), nameof(features));
        }
        if (probabilities.Length != ClassCount)
        {
            throw new ArgumentException(Invariant($"There is room for {probabilities.Length:N0} probabilities; the ") +
                Invariant($"network has {ClassCount:N0} classes."), nameof(probabilities));
        }
        CheckFinite(features);
        Score(features, rows: 1, probabilities);
        return Best(probabilities);
    }

    /// <summary>Computes the probabilities of many rows, which is faster than one row at a time.</summary>
    /// <param name="features">[rows, <see cref="FeatureCount"/>], row-major.</param>
    /// <param name="probabilities">
    /// Takes [rows, <see cref="ClassCount"/>]. A row with a value that is not finite gets NaN, as in ML.NET.
    /// </param>
    /// <returns>The number of rows.</returns>
    /// <exception cref="ArgumentException">
    /// The features are no whole number of rows, or the probabilities have room for fewer or more.
    /// </exception>
    public int PredictRows(ReadOnlySpan<float> features, Span<float> probabilities)
    {
        (int rows, int rest) = Math.DivRem(features.Length, FeatureCount);
        if (rest != 0)
        {
            throw new ArgumentException(Invariant($"There are {features.Length:N0} values, which are no whole ") +
                Invariant($"number of rows of {FeatureCount:N0}."), nameof(features));
        }
        if (probabilities.Length != (long)rows * ClassCount)
        {
            throw new ArgumentException(Invariant($"There is room for {probabilities.Length:N0} probabilities; ") +
                Invariant($"{rows:N0} rows of {ClassCount:N0} classes have {(long)rows * ClassCount:N0}."),
                nameof(probabilities));
        }
        Score(features, rows, probabilities);
        return rows;
    }

    private void Score(ReadOnlySpan<float> features, int rows, Span<float> probabilities)
    {
        if (!_isInterleaved)
        {
            _scorer.Score(features, rows, probabilities);
            return;
        }
        float[] planar = new float[features.Length];
        PlanarImages.Read(features, _channels, InputShape[^3] * InputShape[^2], planar);
        _scorer.Score(planar, rows, probabilities);
    }

    private static int Best(ReadOnlySpan<float> probabilities)
    {
        int best = 0;
        for (int i = 1; i < probabilities.Length; i++)
        {
            best = probabilities[i] > probabilities[best] ? i : best;
        }
        return best;
    }

    private static void CheckFinite(ReadOnlySpan<float> features)
    {
        if (ScoreArguments.AreFinite(features))
        {
            return;
        }
        for (int i = 0; i < features.Length; i++)
        {
            if (!float.IsFinite(features[i]))
            {
                throw new ArgumentException(
                    Invariant($"The value at index {i} of the row is {features[i]}; every value must be finite."),
                    nameof(features));
            }
        }
    }
}

/// <summary>The prediction for a row.</summary>
public sealed class SpikingPrediction
{
    internal SpikingPrediction(int classIndex, string label, float[] probabilities)
    {
        ClassIndex = classIndex;
        Label = label;
        Probabilities = probabilities;
    }

    /// <summary>Gets the most probable class, from 0: the label's key, less 1.</summary>
    public int ClassIndex { get; }

    /// <summary>Gets the name of the most probable class.</summary>
    public string Label { get; }

    /// <summary>Gets the probability of the most probable class, from 0 to 1.</summary>
    public float Probability => Probabilities[ClassIndex];

    /// <summary>
    /// Gets the probabilities of all classes, in the order of <see cref="SpikingModel.Labels"/>; their sum is 1.
    /// ML.NET calls them the score.
    /// </summary>
    public IReadOnlyList<float> Probabilities { get; }
}
