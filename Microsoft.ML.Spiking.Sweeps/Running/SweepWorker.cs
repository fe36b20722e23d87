using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Storage;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Does one job after the other until none is left.</summary>
internal sealed class SweepWorker
{
    /// <summary>A trial during which so many workers ended is not given to another one.</summary>
    private const int MaximumLostWorkers = 3;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly SweepPlan _plan;
    private readonly string _name;
    private readonly TrialTrainer _trainer;
    private readonly SweepReporter _reporter;
    private readonly TrialChoice _choice;
    private readonly TrialClearing _clearing;
    private readonly HashSet<long> _awaited = [];
    private JobChooser _chooser;

    private SweepWorker(SweepPlan plan, int index)
    {
        _plan = plan;
        _name = string.Create(CultureInfo.InvariantCulture,
            $"{Environment.MachineName}:{Environment.ProcessId}:{index}");
        _chooser = new(plan.Rules);
        _reporter = new(plan);
        _clearing = new(plan);
        int? device = plan.Settings.CudaDevices is { } devices ? devices[index % devices.Count] : null;
        _trainer = new(plan, device, _reporter.EpochFinished);
        _choice = new(plan, _trainer);
    }

    /// <summary>Runs the workers of this process, each on its own thread.</summary>
    /// <exception cref="Exception">One of them failed, which has stopped the others.</exception>
    public static void RunAll(SweepPlan plan, CancellationToken token)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token);
        ExceptionDispatchInfo? fault = null;
        Thread[] threads =
        [
            .. Enumerable.Range(0, plan.Settings.Workers).Select(index => new Thread(() =>
            {
                try
                {
                    new SweepWorker(plan, index).Run(stop.Token);
                }
                catch (Exception exception)
                {
                    Interlocked.CompareExchange(ref fault, ExceptionDispatchInfo.Capture(exception), null);
                    stop.Cancel();
                }
            })
            {
                IsBackground = true,
                Name = $"Microsoft.ML.Spiking.Sweeps worker {index}",
            }),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        fault?.Throw();
    }

    private void Run(CancellationToken token)
    {
        TimeSpan wait = ShortestWait;
        while (!token.IsCancellationRequested)
        {
            int rings = _plan.Bell.Rings;
            StudySnapshot snapshot = _plan.Store.Read(_plan.Study);
            _clearing.Clear(snapshot, _chooser);
            ReserveTime(snapshot);
            Job next = _chooser.Choose(snapshot);
            if (next is Job.Wait)
            {
                ExplainWait(snapshot);
                // Workers of this process ring; other processes have to be polled.
                _plan.Bell.Wait(rings, wait, token);
                wait = TimeSpan.FromTicks(Math.Min(2 * wait.Ticks, LongestWait.Ticks));
                continue;
            }
            wait = ShortestWait;
            switch (next)
            {
                case Job.End:
                    return;
                case Job.Continue job:
                    Continue(snapshot, job, token);
                    break;
                case Job.Begin job:
                    Begin(snapshot, job, token);
                    break;
                case Job.Repeat job:
                    int seed = unchecked(_plan.Seed + job.Number);
                    Add(snapshot, new(job.Of.Number, job.Number, seed, job.Of.Point, _plan.Rules.Epochs), token);
                    break;
            }
        }
    }

    private void Begin(StudySnapshot snapshot, Job.Begin job, CancellationToken token)
    {
        if (_choice.Choose(job.Number, snapshot) is { } point)
        {
            Add(snapshot, new(job.Number, 0, _plan.Seed, point, job.TargetEpoch), token);
            return;
        }
        _plan.Info(string.Create(CultureInfo.InvariantCulture,
            $"No new values are left in the space: no more trials are begun after {job.Number - 1}."));
        _chooser = new(_plan.Rules with { MaximumTrials = job.Number - 1 });
    }

    private void Continue(StudySnapshot snapshot, Job.Continue job, CancellationToken token)
    {
        bool isClaimed = Work(
            snapshot, job.Trial, job.TargetEpoch, ticket =>
                _plan.Store.TryClaim(job.Trial, job.TargetEpoch, ticket), token);
        if (isClaimed && job.Trial is { State: TrialState.Running, Silence: { } silence })
        {
            string reason = job.Trial.HasWorkerEnded ? "its process has ended"
                : silence < TimeSpan.Zero
                    ? Invariant($"its last heartbeat is {-silence.TotalSeconds:0} s in the future, because the ") +
                        "database's clock was set back"
                : Invariant($"there was no sign of life for {silence.TotalSeconds:0} s");
            _plan.Info(string.Create(CultureInfo.InvariantCulture,
                $"Trial {job.Trial.Number} was taken up from the worker {job.Trial.Worker}: {reason}."));
        }
    }

    /// <summary>Says once for each trial that a worker which may be dead is waited for.</summary>
    private void ExplainWait(StudySnapshot snapshot)
    {
        foreach (TrialRecord trial in snapshot.Trials.Where(trial =>
            trial.IsHeld && trial.Silence?.Duration() > _plan.Settings.WorkerTimeout / 2 && _awaited.Add(trial.Id)))
        {
            _plan.Info(string.Create(CultureInfo.InvariantCulture,
                $"Waiting for trial {trial.Number}: its worker, {trial.Worker}, was last heard of " +
                $"{trial.Silence!.Value.TotalSeconds:0} s ago; the trial is taken up after " +
                $"{_plan.Settings.WorkerTimeout.TotalSeconds:0} s."));
        }
    }

    /// <summary>Keeps time to train the best options on all rows, after cross-validation.</summary>
    private void ReserveTime(StudySnapshot snapshot)
    {
        int folds = _plan.Folds.Count;
        if (folds == 1 || _plan.Settings.MaximumTime is null)
        {
            return;
        }
        var scores = new Scoreboard(snapshot, _plan.Rules.Folds, _plan.Rules.Metric);
        if (scores.Ranked(snapshot.Search).FirstOrDefault() is { } best)
        {
            double seconds = best.Seconds / scores.Spent(best) * _plan.Rules.Epochs * folds / (folds - 1);
            _plan.Stop.Reserve(TimeSpan.FromSeconds(seconds));
        }
    }

    private void Add(StudySnapshot snapshot, NewTrial trial, CancellationToken token)
    {
        var record = new TrialRecord
        {
            Id = 0, // the database's answer to the claim
            Number = trial.Number,
            Repeat = trial.Repeat,
            Seed = trial.Seed,
            Point = trial.Point,
            State = TrialState.Running,
            TargetEpoch = trial.TargetEpoch,
            Epochs = 0,
            Seconds = 0,
            IsHeld = true,
            LostWorkers = 0,
        };
        Work(snapshot, record, trial.TargetEpoch, ticket => _plan.Store.TryAdd(_plan.Study, trial, ticket), token);
    }

    /// <summary>Claims a trial, trains it and leaves it. Returns false if another worker was faster.</summary>
    private bool Work(
        StudySnapshot snapshot, TrialRecord trial, int target, Func<ClaimTicket, Claim?> ask, CancellationToken token)
    {
        if (ask(ClaimTicket.New(_name, _plan.Settings.WorkerTimeout)) is not { } claim)
        {
            return false;
        }
        trial = trial with { Id = claim.Trial, TargetEpoch = target };
        _reporter.Begin(snapshot);
        try
        {
            TrialOutcome outcome = Train(trial, target, claim, token);
            if (_plan.Store.Release(claim, outcome))
            {
                _reporter.Left(trial, outcome);
            }
        }
        catch (ClaimLostException)
        {
            _plan.Info(string.Create(CultureInfo.InvariantCulture,
                $"Trial {trial.Number} was taken up by another worker, because " +
                $"this one had not been heard of for {_plan.Settings.WorkerTimeout.TotalSeconds:0} s."));
        }
        catch (Exception exception) when (exception is not SweepStorageException)
        {
            _plan.Info(string.Create(CultureInfo.InvariantCulture,
                $"The sweep stops because of an error that is not one of the " +
                $"values of trial {trial.Number}; started again, it goes on with that trial."));
            _plan.Store.Release(claim, new(TrialState.Waiting, trial.Epochs, Seconds: 0));
            throw;
        }
        finally
        {
            _plan.Bell.Ring();
        }
        return true;
    }

    private TrialOutcome Train(TrialRecord trial, int target, Claim claim, CancellationToken token)
    {
        if (trial.LostWorkers >= MaximumLostWorkers)
        {
            return new(TrialState.Failed, trial.Epochs, Seconds: 0, string.Create(CultureInfo.InvariantCulture,
                $"{trial.LostWorkers} workers ended while they trained it; perhaps it needs more memory than there " +
                $"is."));
        }
        using var heartbeat = new Heartbeat(_plan.Store, claim, _plan.Settings.WorkerTimeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token, heartbeat.Ended);
        TrialOutcome outcome = _trainer.Train(trial, target, claim, stop.Token);
        heartbeat.ThrowIfEnded();
        return outcome;
    }
}
