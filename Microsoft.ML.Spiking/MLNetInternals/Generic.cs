using System.Reflection;

namespace Microsoft.ML.Spiking.MLNetInternals;

/// <summary>Calls a generic method for a type that is known at run time only.</summary>
internal static class Generic
{
    /// <summary>Calls <paramref name="method"/>, a static one, with its type argument replaced.</summary>
    public static TResult Invoke<T1, T2, T3, TResult>(
        Func<T1, T2, T3, TResult> method, Type argument, T1 first, T2 second, T3 third)
    {
        MethodInfo closed = method.Method.GetGenericMethodDefinition().MakeGenericMethod(argument);
        return (TResult)closed.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [first, second, third], null)!;
    }
}
