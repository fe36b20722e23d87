using System.Globalization;
using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Samples;

/// <summary>The labels that a model was trained on, from an annotation of its score column.</summary>
internal static class ClassNames
{
    private const string Annotation = "TrainingLabelValues";

    /// <summary>
    /// Returns a name for each value of the score: the label as text or, without an annotation, the key: 1, 2, ...
    /// </summary>
    public static string[] Of(DataViewSchema.Column score)
    {
        if (score.Annotations.Schema.GetColumnOrNull(Annotation)?.Type is VectorDataViewType values)
        {
            MethodInfo read = typeof(ClassNames).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!;
            return (string[])read.MakeGenericMethod(values.ItemType.RawType).Invoke(null, [score])!;
        }
        int count = ((VectorDataViewType)score.Type).Size;
        return [.. Enumerable.Range(1, count).Select(key => key.ToString(CultureInfo.InvariantCulture))];
    }

    private static string[] Read<T>(DataViewSchema.Column score)
    {
        VBuffer<T> values = default;
        score.Annotations.GetValue(Annotation, ref values);
        return [.. values.DenseValues().Select(value => string.Create(CultureInfo.InvariantCulture, $"{value}"))];
    }
}
