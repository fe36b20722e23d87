using System.Reflection;

namespace Microsoft.ML.Spiking.MLNetInternals.Access;

/// <summary>Calls a generic method for a type that is known at run time only.</summary>
internal static class Generic
{
    /// <summary>Calls <paramref name="method"/>, a static one, with its type argument replaced.</summary>
    public static TResult Invoke<T1, TResult>(Func<T1, TResult> method, Type argument, T1 first) =>
        (TResult)Call(method.Method, argument, first);

    /// <summary>Calls <paramref name="method"/>, a static one, with its type argument replaced.</summary>
    public static TResult Invoke<T1, T2, T3, TResult>(
        Func<T1, T2, T3, TResult> method, Type argument, T1 first, T2 second, T3 third) =>
        (TResult)Call(method.Method, argument, first, second, third);

    private static object Call(MethodInfo method, Type argument, params object?[] arguments)
    {
        MethodInfo closed = method.GetGenericMethodDefinition().MakeGenericMethod(argument);
        return closed.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }
}
