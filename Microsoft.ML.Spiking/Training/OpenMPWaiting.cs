namespace Microsoft.ML.Spiking.Training;

/// <summary>
/// How libtorch's threads wait for their next piece of work. By default they spin for milliseconds, on cores that the
/// library's own kernels need between two operations of torch, or that other programs need; asleep they take a few
/// microseconds longer to begin. OpenMP reads its variables when it is loaded, and never again.
/// </summary>
internal static class OpenMPWaiting
{
    private const string Policy = "OMP_WAIT_POLICY";
    private const string SpinCount = "GOMP_SPINCOUNT";

    /// <summary>Lets them sleep, unless the user has set one of OpenMP's own variables. To be called before libtorch is loaded.</summary>
    public static void BeAsleep()
    {
        if (GlibcHeap.IsThere && NativeEnvironment.Get(Policy) is null && NativeEnvironment.Get(SpinCount) is null)
        {
            NativeEnvironment.Set(Policy, "passive");
        }
    }
}
