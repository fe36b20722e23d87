using static System.FormattableString;

namespace Microsoft.ML.Spiking.Networks.Definition;

/// <summary>Sizes of shapes, in 64 bits where they may come from a file.</summary>
/// <remarks>
/// Loops, here and in everything that runs before the first prediction: LINQ over numbers and structs is compiled anew
/// in every process, even in an application that was compiled ahead of time, and would be most of the time of a load.
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

    /// <summary>Number of values; <see cref="long.MaxValue"/> if there are more, or a length is negative.</summary>
    public static long LongSize(IReadOnlyList<int> shape)
    {
        long size = 1;
        for (int i = 0; i < shape.Count; i++)
        {
            size = Product(size, shape[i]);
        }
        return size;
    }

    /// <summary>
    /// The product of two sizes; <see cref="long.MaxValue"/> if it is larger, or one of them is negative.
    /// </summary>
    public static long Product(long left, long right) =>
        left < 0 || right < 0 || Math.BigMul(left, right, out long low) != 0 || low < 0 ? long.MaxValue : low;

    /// <summary>The product of three sizes; see <see cref="Product(long, long)"/>.</summary>
    public static long Product(long first, long second, long third) => Product(Product(first, second), third);

    /// <summary>The sum of two sizes; <see cref="long.MaxValue"/> if it is larger.</summary>
    public static long Sum(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;

    /// <summary>The shape in a message; of many lengths the first ones.</summary>
    public static string Text(IReadOnlyList<int> shape) => shape.Count <= NetworkLimits.MostDimensions
        ? $"[{string.Join(", ", shape)}]"
        : $"[{string.Join(", ", shape.Take(NetworkLimits.MostDimensions))}, … " +
            Invariant($"({shape.Count:N0} lengths)]");

    /// <summary>Returns whether the lengths are the same.</summary>
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

    /// <summary>Returns whether every length is at least 1.</summary>
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
