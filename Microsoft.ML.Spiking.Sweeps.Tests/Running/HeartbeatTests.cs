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
    public void Lost_ClaimOfSomebodyElse_IsSet()
    {
        int beats = 0;
        using var heartbeat = new Heartbeat(new BeatingStore(() => ++beats < 3), new(1, "token"), Lease);
        Assert.IsTrue(heartbeat.Lost.WaitHandle.WaitOne(Patience));
        Assert.AreEqual(3, beats);
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
            Assert.IsFalse(heartbeat.Lost.IsCancellationRequested);
        }
        int atTheEnd = beats;
        Thread.Sleep(4 * Lease);
        Assert.AreEqual(atTheEnd, beats);
    }

    /// <summary>Thrown on the heartbeat's own thread, either would end the process.</summary>
    [TestMethod]
    public void Beat_StoreThatThrows_LeavesItToTheWorker()
    {
        foreach (Exception fault in new Exception[] { new SweepStorageException("It is gone."), new InvalidOperationException("Anything.") })
        {
            using var tried = new ManualResetEventSlim();
            using var heartbeat = new Heartbeat(new BeatingStore(() =>
            {
                tried.Set();
                throw fault;
            }), new(1, "token"), Lease);
            Assert.IsTrue(tried.Wait(Patience, TestContext.CancellationToken));
            Assert.IsFalse(heartbeat.Lost.IsCancellationRequested);
        }
    }

    private sealed class BeatingStore(Func<bool> renew) : UnusedStore
    {
        public override bool Renew(Claim claim) => renew();
    }
}
