// All in one file: each type is an example of one way to mention another type, and nothing else.
namespace Microsoft.ML.Spiking.Tests.Architecture.Fixtures;

internal class Mentioned : Exception;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class MentionedAttribute : Attribute;

internal sealed class Nowhere;

internal sealed class AsBase : Mentioned;

internal abstract class AsField
{
    protected Mentioned? Field { get; set; }
}

internal abstract class AsParameter
{
    public abstract void Take(Mentioned[] parameter);
}

internal abstract class AsGenericArgument
{
    public abstract Dictionary<int, List<Mentioned>> Give();
}

internal static class AsConstraint
{
    public static void Take<T>() where T : Mentioned { }
}

internal static class AsAttribute
{
    [Mentioned]
    public static void Marked() { }
}

internal static class InABody
{
    public static void Throw() => throw new Mentioned();
}

internal static class InACatch
{
    public static void Swallow(Action action)
    {
        try
        {
            action();
        }
        catch (Mentioned)
        {
        }
    }
}

internal static class InATypeTest
{
    public static bool Test(object value) => value is Mentioned;
}

internal static class InALambda
{
    public static Func<object> Make() => () => new Mentioned();
}

internal static class InAnIterator
{
    public static IEnumerable<object> Make()
    {
        yield return new Mentioned();
    }
}

internal static class ThroughAGenericMethod
{
    public static object Make() => Array.Empty<Mentioned>();
}

internal static unsafe class ThroughAFunctionPointer
{
    public static void Call(nint pointer) => ((delegate*<Mentioned?, void>)pointer)(null);
}
