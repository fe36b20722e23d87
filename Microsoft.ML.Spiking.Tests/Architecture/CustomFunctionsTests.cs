using Microsoft.ML.Spiking.Training.Native;


namespace Microsoft.ML.Spiking.Tests.Architecture;

/// <summary>
/// An exception that leaves a custom function's backward pass ends the process; CallbackFaults keeps it.
/// </summary>
[TestClass]
public sealed class CustomFunctionsTests
{
    private const string Keeper = "CallbackFaults";

    [TestMethod]
    public void CustomFunctions_AllOfThem_GuardTheirBackwardPass()
    {
        NativeRuntime.EnsureLoaded(withCuda: false);
        string[] functions = [.. Library.Assembly.GetTypes().Where(IsCustomFunction).Select(type => type.Name)];

        Assert.Contains("OperationFunction", functions);
        foreach (string function in functions)
        {
            Assert.Contains(reference => reference.FromType == function
                && reference.ToType.EndsWith($".{Keeper}", StringComparison.Ordinal), Library.References,
                $"{function} does not use {Keeper}.");
        }
    }

    [TestMethod]
    public void BackwardPasses_OfTheLibrary_BeginInOnePlace()
    {
        string[] places =
        [
            .. Library.References
                .Where(reference => reference.ToType.EndsWith("torch+Tensor", StringComparison.Ordinal)
                    && reference.ToMember?.StartsWith("backward(", StringComparison.Ordinal) == true)
                .Select(reference => reference.FromType).Distinct(),
        ];

        Assert.AreSequenceEqual([Keeper], places);
    }

    private static bool IsCustomFunction(Type type)
    {
        for (Type? at = type.BaseType; at is not null; at = at.BaseType)
        {
            if (at.FullName?.StartsWith("TorchSharp.torch+autograd+Function`1", StringComparison.Ordinal) == true)
            {
                return true;
            }
        }
        return false;
    }
}
