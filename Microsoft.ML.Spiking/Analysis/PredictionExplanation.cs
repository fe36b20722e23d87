using System.Globalization;
using System.Text;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>A way to find out which features a prediction rests on.</summary>
public enum ExplanationMethod
{
    /// <summary>
    /// The drop of the class's probability when a feature, or a square of an image, is replaced by the baseline. It
    /// needs no gradients and no libtorch, and scores the row once more for each feature or square.
    /// </summary>
    Occlusion,

    /// <summary>
    /// The gradient of the class's mean logit by each feature, with surrogate gradients in place of the spikes'
    /// derivatives, times the feature's distance from the baseline. It needs libtorch.
    /// </summary>
    SurrogateGradient,
}

/// <summary>The choices of a <see cref="PredictionExplanation"/>.</summary>
public sealed class ExplanationOptions
{
    /// <summary>Gets or sets the row's number in the data, from 0. Default 0.</summary>
    public int Row { get; set; }

    /// <summary>Gets or sets the method. Default <see cref="ExplanationMethod.Occlusion"/>.</summary>
    public ExplanationMethod Method { get; set; } = ExplanationMethod.Occlusion;

    /// <summary>
    /// Gets or sets the index of the class that is explained, from 0 in the order of the keys; null (the default) for
    /// the predicted one.
    /// </summary>
    public int? ClassIndex { get; set; }

    /// <summary>Gets or sets the value that stands for a feature's absence; finite. Default 0.</summary>
    public float Baseline { get; set; }

    /// <summary>
    /// Gets or sets the side of the squares of an image that are occluded together, in all channels, from 1 to 1,024;
    /// not used for vectors. Default 4.
    /// </summary>
    public int SquareSize { get; set; } = 4;

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        if (Row < 0)
        {
            yield return Invariant($"{nameof(Row)} is {Row}; it must be at least 0.");
        }
        if (!Enum.IsDefined(Method))
        {
            yield return Invariant($"{nameof(Method)} is {Method}; it must be one of ") +
                $"{string.Join(", ", Enum.GetNames<ExplanationMethod>())}.";
        }
        if (!float.IsFinite(Baseline))
        {
            yield return Invariant($"{nameof(Baseline)} is {Baseline}; it must be finite.");
        }
        if (SquareSize is < 1 or > 1024)
        {
            yield return Invariant($"{nameof(SquareSize)} is {SquareSize}; it must be from 1 to 1024.");
        }
    }
}

/// <summary>Which features of one row speak for a class and which against it.</summary>
/// <remarks>
/// Occlusion: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, arXiv 1311.2901.
/// Gradient times input: Shrikumar et al., arXiv 1605.01713; the gradients are those that the network was trained with.
/// Both are deterministic and both are indications: features that matter only together may show nothing one by one.
/// </remarks>
public sealed class PredictionExplanation : AnalysisReport
{
    internal PredictionExplanation() { }

    /// <summary>Gets the row's number in the data, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>Gets the method.</summary>
    public required ExplanationMethod Method { get; init; }

    /// <summary>Gets the index of the class that is explained, from 0.</summary>
    public required int ClassIndex { get; init; }

    /// <summary>Gets the class's name; its number, from 1, where the keys have no values.</summary>
    public required string Class { get; init; }

    /// <summary>Gets the class's probability, 0 to 1.</summary>
    public required double Probability { get; init; }

    /// <summary>
    /// Gets the shape of the row: [features] or [channels, height, width], or either behind time steps.
    /// </summary>
    public required IReadOnlyList<int> Shape { get; init; }

    /// <summary>Gets the features' names where the column has them; else null.</summary>
    public required IReadOnlyList<string>? Names { get; init; }

    /// <summary>Gets the features, in the order of <see cref="Shape"/>.</summary>
    public required IReadOnlyList<float> Features { get; init; }

    /// <summary>
    /// Gets how much each feature speaks for the class (above 0) or against it: of occlusion, the class's probability
    /// minus that without the feature or its square, and of gradients, in units of the logit.
    /// </summary>
    public required IReadOnlyList<double> Attributions { get; init; }

    /// <inheritdoc/>
    /// <remarks>The twenty features with the largest attributions.</remarks>
    public override string ToString()
    {
        var text = new StringBuilder(Invariant($"Row {Row}: class '{Class}', probability ") +
            Invariant($"{ReportNumbers.Percent(Probability)} %, by {Method}\n\n"));
        var table = new TextTable("feature", "value", "attribution");
        foreach (int i in Enumerable.Range(0, Attributions.Count)
            .OrderByDescending(i => Math.Abs(Attributions[i])).Take(20))
        {
            table.Add(NameOf(i), Features[i].ToString("0.####", CultureInfo.InvariantCulture),
                Attributions[i].ToString("+0.0000;-0.0000;0", CultureInfo.InvariantCulture));
        }
        return text.Append(table).ToString();
    }

    /// <inheritdoc/>
    /// <remarks>A line for each feature.</remarks>
    public override string ToCsv()
    {
        var table = new TextTable("Index", "Feature", "Value", "Attribution");
        for (int i = 0; i < Attributions.Count; i++)
        {
            table.Add(i, NameOf(i), Features[i], Attributions[i]);
        }
        return table.ToCsv();
    }

    private string NameOf(int index) => Names is { } names && names[index].Length > 0 ? names[index]
        : Invariant($"{index}");
}
