using System.Reflection;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

/// <summary>Changes a context as AutoML does.</summary>
internal static class Contexts
{
    public static void Cancel(MLContext context) => typeof(MLContext).GetMethod("CancelExecution",
        BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!.Invoke(context, null);
}
