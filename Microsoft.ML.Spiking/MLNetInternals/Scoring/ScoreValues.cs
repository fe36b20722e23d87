using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Spiking.MLNetInternals.Scoring;

/// <summary>The steps between ML.NET's values and the scorer's that rows, cursors and mappers share.</summary>
internal static class ScoreValues
{
    /// <summary>The scores of a row as ML.NET takes them.</summary>
    public static void Copy(ReadOnlySpan<float> scores, ref VBuffer<float> value)
    {
        VBufferEditor<float> editor = VBufferEditor.Create(ref value, scores.Length);
        scores.CopyTo(editor.Values);
        value = editor.Commit();
    }

    /// <summary>The key of the highest score, from 1; 0, the missing key, when the row could not be scored.</summary>
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

    /// <summary>A column was asked for as a type that it does not have.</summary>
    public static Exception WrongType<T>(DataViewSchema.Column column) =>
        Contracts.ExceptParam(nameof(column), $"The column '{column.Name}' is of type {column.Type} ({column.Type.RawType}), not {typeof(T)}.");
}
