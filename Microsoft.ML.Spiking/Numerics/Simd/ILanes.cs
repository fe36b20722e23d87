namespace Microsoft.ML.Spiking.Numerics.Simd;

/// <summary>
/// A group of float32 values that one instruction handles: a single value, or a hardware vector. Kernels are written
/// once over this interface; the JIT compiles a body for each implementation.
/// </summary>
/// <remarks>
/// Every operation rounds as in IEEE 754, and multiply-adds are fused where the processor can, so a kernel's result
/// does not depend on the width.
/// </remarks>
internal unsafe interface ILanes<TSelf> where TSelf : unmanaged, ILanes<TSelf>
{
    /// <summary>Gets the number of values.</summary>
    static abstract int Count { get; }

    /// <summary>Returns the same value in every lane.</summary>
    static abstract TSelf Of(float value);

    static abstract TSelf Load(float* source);

    static abstract void Store(TSelf value, float* target);

    /// <summary>Stores past the caches. <paramref name="target"/> must be aligned to the size of the vector.</summary>
    static abstract void StoreNonTemporal(TSelf value, float* target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf value);

    /// <summary>Returns a b + c, rounded once where the processor can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>Returns the smaller; <paramref name="value"/> if it is not a number.</summary>
    static abstract TSelf AtMost(TSelf bound, TSelf value);

    /// <summary>Returns the larger; <paramref name="value"/> if it is not a number.</summary>
    static abstract TSelf AtLeast(TSelf bound, TSelf value);

    static abstract TSelf Abs(TSelf value);

    /// <summary>Returns left &gt;= right ? yes : no, lane by lane.</summary>
    static abstract TSelf WhereAtLeast(TSelf left, TSelf right, TSelf yes, TSelf no);

    /// <summary>Returns value 2^k, k being the low bits of <paramref name="shifted"/> (k + 1.5 * 2^23).</summary>
    static abstract TSelf ScaleByPowerOfTwo(TSelf value, TSelf shifted);

    /// <summary>Returns a bit for each lane that is not zero, the first lane lowest.</summary>
    static abstract uint NonZero(TSelf value);

    /// <summary>
    /// Returns which lanes of <paramref name="flags"/> are not zero, as <see cref="Compress"/> expects.
    /// </summary>
    static abstract TSelf Selection(TSelf flags);

    /// <summary>
    /// Stores the selected lanes of <paramref name="value"/> contiguously. <see cref="Count"/> values at
    /// <paramref name="target"/> are overwritten.
    /// </summary>
    static abstract void Compress(TSelf value, TSelf selection, float* target);

    /// <summary>Returns the sum over the lanes, in double.</summary>
    static abstract double Sum(TSelf value);
}
