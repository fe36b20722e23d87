// One file for all: each type is a specimen of one way to mention another, and nothing else.
namespace Microsoft.ML.Spiking.Tests.Architecture.Fixtures;

#pragma warning disable CA1812, CA1823, CA1822, CS0169, IDE0051, IDE0044, IDE0060

internal class Mentioned : Exception;

[AttributeUsage(AttributeTargets.Method)]
internal sealed class MentionedAttribute : Attribute;

internal sealed class Nowhere;

internal sealed class AsBase : Mentioned;

internal sealed class AsField
{
    private Mentioned? _field;
}

internal abstract class AsParameter
{
    public abstract void Take(Mentioned[] parameter);
}

internal abstract class AsGenericArgument
{
    public abstract Dictionary<int, List<Mentioned>> Give();
}

internal sealed class AsConstraint
{
    public void Take<T>() where T : Mentioned { }
}

internal sealed class AsAttribute
{
    [Mentioned]
    public void Marked() { }
}

internal sealed class InABody
{
    public void Throw() => throw new Mentioned();
}

internal sealed class InACatch
{
    public void Swallow(Action action)
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

internal sealed class InATypeTest
{
    public bool Test(object value) => value is Mentioned;
}

internal sealed class InALambda
{
    public Func<object> Make() => () => new Mentioned();
}

internal sealed class InAnIterator
{
    public IEnumerable<object> Make()
    {
        yield return new Mentioned();
    }
}

internal sealed class ThroughAGenericMethod
{
    public object Make() => Array.Empty<Mentioned>();
}

internal sealed unsafe class ThroughAFunctionPointer
{
    public void Call(nint pointer) => ((delegate*<Mentioned?, void>)pointer)(null);
}
