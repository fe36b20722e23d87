using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.Spiking.Training.Torch.Tensors;

/// <summary>
/// Arithmetic of tensors and numbers. TorchSharp's own must not be used elsewhere in the library: its numbers can be
/// collected while native code still reads them.
/// </summary>
/// <remarks>
/// TorchSharp 0.107 wraps a number in a <see cref="Scalar"/>, an object that owns native memory, passes its address to
/// native code, and does not keep the object alive during the call. If the garbage collector runs at that moment, the
/// finalizer frees the memory that is being read ("Expected false to be true", or a wrong number). The sum of two
/// tensors is such a call too (its factor is 1), and so is the square. Here every number outlives its call.
/// </remarks>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1;

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    /// <summary>x + factor y.</summary>
    public static Tensor Plus(this Tensor x, Tensor y, double factor)
    {
        using Scalar scalar = factor;
        return x.add(y, scalar);
    }

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.add(scalar, One);
    }

    /// <summary>x - y.</summary>
    public static Tensor Minus(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.sub(scalar);
    }

    /// <summary>1 - x.</summary>
    public static Tensor OneMinus(this Tensor x) => x.neg().add(One, One);

    /// <summary>x y.</summary>
    public static Tensor Times(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.mul(scalar);
    }

    /// <summary>x / y.</summary>
    public static Tensor Over(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.div(scalar);
    }

    /// <summary>Where x &gt;= y.</summary>
    public static Tensor IsAtLeast(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.ge(scalar);
    }

    /// <summary>Where x &lt;= y.</summary>
    public static Tensor IsAtMost(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.le(scalar);
    }

    /// <summary>The smaller of x and y.</summary>
    public static Tensor LimitTo(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.clamp_max(scalar);
    }

    /// <summary>x becomes y.</summary>
    public static Tensor Set(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.fill_(scalar);
    }

    /// <summary>x becomes x + y.</summary>
    public static Tensor Add(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x becomes x + factor y.</summary>
    public static Tensor Add(this Tensor x, Tensor y, double factor)
    {
        using Scalar scalar = factor;
        return x.add_(y, scalar);
    }

    /// <summary>x becomes x + y.</summary>
    public static Tensor Add(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.add_(scalar, One);
    }

    /// <summary>x + y z.</summary>
    public static Tensor PlusProduct(this Tensor x, Tensor y, Tensor z) => x.addcmul(y, z, One);

    /// <summary>x becomes x + factor y z.</summary>
    public static Tensor AddProduct(this Tensor x, Tensor y, Tensor z, double factor)
    {
        using Scalar scalar = factor;
        return x.addcmul_(y, z, scalar);
    }

    /// <summary>x becomes x + factor y / z.</summary>
    public static Tensor AddQuotient(this Tensor x, Tensor y, Tensor z, double factor)
    {
        using Scalar scalar = factor;
        return x.addcdiv_(y, z, scalar);
    }

    /// <summary>x becomes x y.</summary>
    public static Tensor Multiply(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.mul_(scalar);
    }

    /// <summary>x becomes x / y.</summary>
    public static Tensor Divide(this Tensor x, double y)
    {
        using Scalar scalar = y;
        return x.div_(scalar);
    }
}
