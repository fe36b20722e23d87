using Microsoft.ML.Spiking.Training.Native;


namespace Microsoft.ML.Spiking.Tests.Training.Native;

/// <summary>Kernels on the threads of libtorch's OpenMP.</summary>
[TestClass]
public sealed class OpenMPTeamTests
{
    private const int Size = 3;

    public TestContext TestContext { get; set; } = null!;

    [ClassInitialize]
    public static void Load(TestContext context) => NativeRuntime.EnsureLoaded(withCuda: false);

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Current_OnLinux_IsLibtorchsOwn() => Assert.IsTrue(OpenMP.IsThere);

    [TestMethod]
    public void Current_OneThread_IsTheCaller() =>
        Assert.AreEqual(1, OnThreads(1, () => TorchTeam.Current().Size));

    [TestMethod]
    public void Current_SomeThreads_IsOfAsMany() =>
        Assert.AreEqual(Size, OnThreads(Size, () => TorchTeam.Current().Size));

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Run_SeveralWorkers_CallsOnEachThreadAtOnce()
    {
        var threads = new HashSet<int>();
        using var all = new CountdownEvent(Size);
        new OpenMPTeam(Size).Run(Size, () =>
        {
            lock (threads)
            {
                threads.Add(Environment.CurrentManagedThreadId);
            }
            all.Signal();
            Assert.IsTrue(all.Wait(TimeSpan.FromMinutes(5), TestContext.CancellationToken));
        });
        Assert.HasCount(Size, threads);
        Assert.Contains(Environment.CurrentManagedThreadId, threads);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Run_WorkThatThrows_ThrowsOnTheCallersThread()
    {
        var team = new OpenMPTeam(Size);
        InvalidOperationException exception = Assert.ThrowsExactly<InvalidOperationException>(
            () => team.Run(Size, () => throw new InvalidOperationException("This much.")));
        Assert.AreEqual("This much.", exception.Message);
        int calls = 0;
        team.Run(Size, () => Interlocked.Increment(ref calls));
        Assert.AreEqual(Size, calls);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Run_WhileCollecting_ComesToItsEnd()
    {
        var team = new OpenMPTeam(Size);
        long sum = 0;
        for (int round = 0; round < 100; round++)
        {
            team.Run(Size, () =>
            {
                Interlocked.Add(ref sum, new int[1_000].Length);
                GC.Collect(0);
            });
        }
        Assert.AreEqual(100L * Size * 1_000, sum);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Run_FromSeveralThreadsAtOnce_EachHasATeamOfItsOwn()
    {
        int calls = 0;
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(_ => new Thread(
            () => new OpenMPTeam(Size).Run(Size, () => Interlocked.Increment(ref calls))))];
        Array.ForEach(callers, caller => caller.Start());
        Array.ForEach(callers, caller => caller.Join());
        Assert.AreEqual(4 * Size, calls);
    }

    private static int OnThreads(int threads, Func<int> work) => TrainingThread.Run(() =>
    {
        TorchThreads.SetForThisThread(threads);
        return work();
    });
}
