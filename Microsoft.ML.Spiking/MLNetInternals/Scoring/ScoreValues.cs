using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>The conversions between ML.NET's values and the scorer's that rows, cursors and mappers share.</summary>
internal static class ScoreValues
{
    /// <summary>Copies the scores of a row into a vector of ML.NET's.</summary>
    public static void Copy(ReadOnlySpan<float> scores, ref VBuffer<float> value)
    {
        VBufferEditor<float> editor = VBufferEditor.Create(ref value, scores.Length);
        scores.CopyTo(editor.Values);
        value = editor.Commit();
    }

    /// <summary>
    /// Returns the key of the highest score, from 1, or 0, the missing key, when the row has no scores.
    /// </summary>
    public static uint PredictedKey(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (float.IsNaN(scores[i]))
            {
                return 0;
            }
            best = scores[i] > scores[best] ? i : best;
        }
        return (uint)best + 1;
    }

    /// <summary>
    /// Returns the logarithm of the odds of the second of two classes, between -104 and 104: the difference of the
    /// logits as far as their softmax tells it.
    /// </summary>
    public static float LogOdds(ReadOnlySpan<float> scores) => float.IsNaN(scores[0] + scores[1]) ? float.NaN
        : (float)(Math.Log(Math.Max(scores[1], float.Epsilon)) - Math.Log(Math.Max(scores[0], float.Epsilon)));

    /// <summary>Creates the exception for a column that was asked for as the wrong type.</summary>
    public static Exception WrongType<T>(DataViewSchema.Column column) => Contracts.ExceptParam(nameof(column),
        $"The column '{column.Name}' is of type {column.Type} ({column.Type.RawType}), not {typeof(T)}.");
}

/// <summary>Returns the scores of the current row; valid until the row changes.</summary>
internal delegate ReadOnlySpan<float> RowScores();
