using static System.FormattableString;

namespace Microsoft.ML.Spiking.GpuCheck;

/// <summary>The checks, one line each: "ok" or "FAILED", with details.</summary>
internal sealed class Checks
{
    private int _failed;

    /// <summary>Gets the number of checks that have failed.</summary>
    public int Failed => _failed;

    /// <summary>Throws if two numbers differ; else returns them as text.</summary>
    public static string Equal<T>(T expected, T found) => EqualityComparer<T>.Default.Equals(expected, found)
        ? Invariant($"{found}")
        : throw new InvalidOperationException(Invariant($"expected {expected}, found {found}"));

    /// <summary>Throws if a difference exceeds the allowed one; else returns it as text.</summary>
    public static string AtMost(double allowed, double difference) => difference <= allowed
        ? Invariant($"to {difference:0.0e+0}")
        : throw new InvalidOperationException(Invariant($"off by {difference:0.0e+0}; {allowed:0.0e+0} is allowed"));

    /// <summary>Runs a check and prints its line; from several threads, too.</summary>
    /// <param name="name">What is checked.</param>
    /// <param name="check">Returns its finding as text; throws if the check fails.</param>
    /// <returns>Whether it passed.</returns>
    public bool Run(string name, Func<string> check)
    {
        try
        {
            Console.WriteLine($"ok      {name}: {check()}");
            return true;
        }
        catch (Exception fault)
        {
            Interlocked.Increment(ref _failed);
            Console.WriteLine($"FAILED  {name}: {fault.GetType().Name}: {fault.Message.ReplaceLineEndings(" ")}");
            return false;
        }
    }

    /// <summary>Prints the last line and returns the exit code.</summary>
    public int Finish(string remark)
    {
        Console.WriteLine(Invariant($"{Failed} failed; {remark}"));
        return Failed;
    }
}
