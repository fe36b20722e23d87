namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>What is asked of shapes while a model is loaded.</summary>
/// <remarks>
/// Loops, here and in all that runs until the first prediction: LINQ over numbers and structs is compiled anew in every
/// process, even in an application that was compiled ahead of time, and that is most of the time that it takes.
/// </remarks>
internal static class Shapes
{
    /// <summary>Number of values.</summary>
    /// <exception cref="OverflowException">There are more than an int can count.</exception>
    public static int Size(IReadOnlyList<int> shape)
    {
        int size = 1;
        for (int i = 0; i < shape.Count; i++)
        {
            size = checked(size * shape[i]);
        }
        return size;
    }

    /// <summary>Number of values.</summary>
    /// <exception cref="OverflowException">There are more than a long can count.</exception>
    public static long LongSize(IReadOnlyList<int> shape)
    {
        long size = 1;
        for (int i = 0; i < shape.Count; i++)
        {
            size = checked(size * shape[i]);
        }
        return size;
    }

    /// <summary>Whether the lengths are the same.</summary>
    public static bool AreEqual(IReadOnlyList<int> left, IReadOnlyList<int> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }
        for (int i = 0; i < left.Count; i++)
        {
            if (left[i] != right[i])
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether every length is at least 1.</summary>
    public static bool ArePositive(IReadOnlyList<int> shape)
    {
        for (int i = 0; i < shape.Count; i++)
        {
            if (shape[i] < 1)
            {
                return false;
            }
        }
        return true;
    }
}
