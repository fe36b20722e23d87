using System.Globalization;
using Microsoft.ML.Spiking.Sweeps.Halving;
using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Running;

/// <summary>Takes one job after the other until there is none.</summary>
internal sealed class SweepWorker
{
    /// <summary>A trial that ends so many workers is not given to another.</summary>
    private const int MostLostWorkers = 3;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly SweepPlan _plan;
    private readonly string _name;
    private readonly JobChooser _chooser;
    private readonly TrialTrainer _trainer;
    private readonly SweepReporter _reporter;
    private readonly TrialChoice _choice;
    private readonly TrialClearing _clearing;

    public SweepWorker(SweepPlan plan, int index)
    {
        _plan = plan;
        _name = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{Environment.ProcessId}:{index}");
        _chooser = new(plan.Rules);
        _reporter = new(plan);
        _choice = new(plan);
        _clearing = new(plan, _chooser);
        int? device = plan.Settings.CudaDevices is { } devices ? devices[index % devices.Count] : null;
        _trainer = new(plan, device, _reporter.EpochFinished);
    }

    /// <summary>Works until nothing is left, or the token says so.</summary>
    /// <exception cref="SweepStorageException">The database cannot be reached.</exception>
    public void Run(CancellationToken token)
    {
        TimeSpan wait = ShortestWait;
        while (!token.IsCancellationRequested)
        {
            int rings = _plan.Bell.Rings;
            StudySnapshot snapshot = _plan.Store.Read(_plan.Study);
            _clearing.Clear(snapshot);
            Job next = _chooser.Choose(snapshot);
            if (next is Job.Wait)
            {
                // Workers of this process ring; what those of others do has to be looked for.
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
                    Work(snapshot, job.Trial, job.TargetEpoch, ticket => _plan.Store.TryClaim(job.Trial, job.TargetEpoch, ticket), token);
                    break;
                case Job.Begin job:
                    string values = _choice.Choose(job.Number, snapshot).Write(_plan.Settings.Space);
                    Add(snapshot, new(job.Number, 0, _plan.Seed, values, job.TargetEpoch), token);
                    break;
                case Job.Repeat job:
                    int seed = unchecked(_plan.Seed + job.Number);
                    Add(snapshot, new(job.Of.Number, job.Number, seed, job.Of.Parameters, _plan.Rules.Epochs), token);
                    break;
            }
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
            Parameters = trial.Parameters,
            State = TrialState.Running,
            TargetEpoch = trial.TargetEpoch,
            Epochs = 0,
            Seconds = 0,
            IsHeld = true,
            LostWorkers = 0,
        };
        Work(snapshot, record, trial.TargetEpoch, ticket => _plan.Store.TryAdd(_plan.Study, trial, ticket), token);
    }

    private void Work(StudySnapshot snapshot, TrialRecord trial, int target, Func<ClaimTicket, Claim?> ask, CancellationToken token)
    {
        if (ask(ClaimTicket.New(_name, _plan.Settings.WorkerTimeout)) is not { } claim)
        {
            return; // somebody else was quicker
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
                $"Trial {trial.Number} was taken up by another worker, because this one had not been heard of for {_plan.Settings.WorkerTimeout.TotalSeconds:0} s."));
        }
        finally
        {
            _plan.Bell.Ring();
        }
    }

    private TrialOutcome Train(TrialRecord trial, int target, Claim claim, CancellationToken token)
    {
        if (trial.LostWorkers >= MostLostWorkers)
        {
            return new(TrialState.Failed, trial.Epochs, Seconds: 0, string.Create(CultureInfo.InvariantCulture,
                $"{trial.LostWorkers} workers ended while they were at it; perhaps it needs more memory than there is."));
        }
        using var heartbeat = new Heartbeat(_plan.Store, claim, _plan.Settings.WorkerTimeout);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(token, heartbeat.Lost);
        TrialOutcome outcome = _trainer.Train(trial, target, claim, stop.Token);
        return heartbeat.Lost.IsCancellationRequested ? throw new ClaimLostException() : outcome;
    }
}
