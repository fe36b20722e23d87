using Microsoft.ML.Spiking.Sweeps.Running;
using Microsoft.ML.Spiking.Sweeps.Storage;
using Microsoft.ML.Spiking.Sweeps.Tests.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

[TestClass]
public sealed class HeartbeatTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Ended_ClaimTakenByAnotherWorker_IsCancelled()
    {
        int beats = 0;
        using var heartbeat = new Heartbeat(new BeatingStore(() => ++beats < 3), new(1, "token"), Lease);
        Assert.IsTrue(heartbeat.Ended.WaitHandle.WaitOne(Patience));
        Assert.AreEqual(3, beats);
        Assert.ThrowsExactly<ClaimLostException>(heartbeat.ThrowIfEnded);
    }

    [TestMethod]
    public void Dispose_WhileTheClaimIsHeld_EndsTheBeats()
    {
        int beats = 0;
        using var second = new ManualResetEventSlim();
        using (var heartbeat = new Heartbeat(new BeatingStore(() =>
        {
            if (++beats == 2)
            {
                second.Set();
            }
            return true;
        }), new(1, "token"), Lease))
        {
            Assert.IsTrue(second.Wait(Patience, TestContext.CancellationToken));
            Assert.IsFalse(heartbeat.Ended.IsCancellationRequested);
        }
        int atTheEnd = beats;
        Thread.Sleep(4 * Lease);
        Assert.AreEqual(atTheEnd, beats);
    }

    /// <summary>
    /// An unhandled exception on the heartbeat's own thread would end the process; swallowed, it would let the claim
    /// expire.
    /// </summary>
    [TestMethod]
    public void ThrowIfEnded_StoreThatThrows_StopsTheWorkerWithItsException()
    {
        foreach (Exception fault in new Exception[] { new SweepStorageException("It is gone."),
            new InvalidOperationException("Anything.") })
        {
            using var heartbeat = new Heartbeat(new BeatingStore(() => throw fault), new(1, "token"), Lease);
            Assert.IsTrue(heartbeat.Ended.WaitHandle.WaitOne(Patience));
            Assert.AreSame(fault, Assert.Throws<Exception>(heartbeat.ThrowIfEnded));
        }
    }

    private sealed class BeatingStore(Func<bool> renew) : UnusedStore
    {
        public override bool Renew(Claim claim) => renew();
    }
}
