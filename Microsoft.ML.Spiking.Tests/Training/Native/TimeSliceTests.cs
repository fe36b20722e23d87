using System.Collections.Concurrent;
using Microsoft.ML.Spiking.Training.Native;

namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>Short time slices for the training threads, and for no others.</summary>
[TestClass]
public sealed class TimeSliceTests
{
    private const int Size = 3;
    private const long Short = 100_000;

    public required TestContext TestContext { get; init; }

    [ClassInitialize]
    public static void SkipWhereUnknown(TestContext context)
    {
        NativeRuntime.EnsureLoaded(withCuda: false);
        if (TimeSlice.Current() <= Short)
        {
            Assert.Inconclusive("This system does not report time slices, or all of them are short.");
        }
    }

    [TestMethod]
    public void Training_OnItsThread_HasShortTurns()
    {
        long before = TimeSlice.Current();
        Assert.AreEqual(Short, TrainingThread.Run(TimeSlice.Current));
        Assert.AreEqual(before, TimeSlice.Current());
    }

    [TestMethod]
    public void Training_StartingAThread_DoesNotHandThemOn()
    {
        long other = 0;
        TrainingThread.Run(() =>
        {
            var thread = new Thread(() => other = TimeSlice.Current());
            thread.Start();
            thread.Join();
            return 0;
        });
        Assert.IsGreaterThan(Short, other);
    }

    [TestMethod]
    public void Team_OfOpenMP_HasShortTurnsOnEachThread()
    {
        var turns = new ConcurrentBag<long>();
        using var all = new CountdownEvent(Size);
        TrainingThread.Run(() =>
        {
            new OpenMPTeam(Size).Run(Size, () =>
            {
                turns.Add(TimeSlice.Current());
                all.Signal();
                all.Wait(TestContext.CancellationToken);
            });
            return 0;
        });
        Assert.AreSequenceEqual(Enumerable.Repeat(Short, Size), turns);
    }
}
