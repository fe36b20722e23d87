using Microsoft.ML.Spiking.Sweeps.Storage;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Storage;

/// <summary>The tests that every database must pass; each engine's tests derive from it.</summary>
public abstract class TrialStoreContract
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);
    private static readonly TimeSpan Over = TimeSpan.FromSeconds(-1); // a lease that has expired from the start

    private static readonly SweepSpace Space = SweepSpace.Empty.Range("LearningRate", 0.1, 1);

    private SqlTrialStore _store = null!;
    private StudyRecord _study = null!;

    /// <summary>Gets the engine's empty database; inconclusive if there is none.</summary>
    private protected abstract SqlDialect Database { get; }

    [TestInitialize]
    public void Open()
    {
        _store = new SqlTrialStore(Database);
        _study = _store.OpenStudy("flowers", """{"a":1}""", Space);
    }

    [TestMethod]
    public void OpenStudy_SameName_GivesTheFirstDefinition()
    {
        Assert.AreEqual(_study, new SqlTrialStore(Database).OpenStudy("flowers", "{}", Space));
        Assert.AreEqual("""{"a":1}""", _study.Definition);
        Assert.AreNotEqual(_study.Id, _store.OpenStudy("others", "{}", Space).Id);
    }

    [TestMethod]
    public void TryAdd_NumberThatIsTaken_GivesNull()
    {
        Claim? first = _store.TryAdd(_study, Trial(1), Ticket("a"));

        Assert.IsNotNull(first);
        Assert.IsNull(_store.TryAdd(_study, Trial(1), Ticket("b")));
        Assert.IsNotNull(_store.TryAdd(_study, Trial(1) with { Repeat = 1 }, Ticket("b")));
        Assert.IsNotNull(_store.TryAdd(_store.OpenStudy("others", "{}", Space), Trial(1), Ticket("b")));
        TrialRecord[] trials = [.. _store.Read(_study).Trials];
        Assert.AreSequenceEqual([(1, 0), (1, 1)], trials.Select(trial => (trial.Number, trial.Repeat)).ToArray());
        Assert.AreEqual(new TrialRecord
        {
            Id = first.Trial,
            Number = 1,
            Repeat = 0,
            Seed = 7,
            Point = new(Space, [0.5]),
            State = TrialState.Running,
            TargetEpoch = 3,
            Epochs = 0,
            Seconds = 0,
            Worker = "a",
            IsHeld = true,
            LostWorkers = 0,
        }, trials[0] with { Silence = null });
    }

    [TestMethod]
    public void EveryChange_AskedForAgainWithItsTicket_AnswersAsTheFirstTime()
    {
        ClaimTicket ticket = Ticket("a");
        Claim claim = _store.TryAdd(_study, Trial(1), ticket)!;
        Assert.AreEqual(claim, _store.TryAdd(_study, Trial(1), ticket));
        Assert.IsTrue(_store.Release(claim, Rest(3)));
        Assert.IsTrue(_store.Release(claim, Rest(3)));
        TrialRecord paused = Only();
        ClaimTicket next = Ticket("b");
        Claim again = _store.TryClaim(paused, 9, next)!;
        Assert.AreEqual(again, _store.TryClaim(paused, 9, next));
        Assert.AreEqual((9, 3, 2.5), (Only().TargetEpoch, Only().Epochs, Only().Seconds));
    }

    [TestMethod]
    public void TryClaim_TrialThatAnotherWorkerHas_GivesNull()
    {
        Claim claim = _store.TryAdd(_study, Trial(1), Ticket("a"))!;
        Assert.IsNull(_store.TryClaim(Only(), 3, Ticket("b")));
        Assert.IsTrue(_store.Release(claim, Rest(3)));
        TrialRecord paused = Only();
        Assert.IsFalse(paused.IsHeld);
        Claim promoted = _store.TryClaim(paused, 9, Ticket("b"))!;
        Assert.IsTrue(_store.Release(promoted, Rest(9)));

        Assert.IsNull(_store.TryClaim(paused, 9, Ticket("c")), "It is not as it was seen.");
        Assert.AreEqual("b", Only().Worker);
    }

    [TestMethod]
    public void TryClaim_Expired_TakesTheTrialFromItsWorker()
    {
        Claim lost = _store.TryAdd(_study, Trial(1), Ticket("a", Over))!;
        Assert.IsFalse(Only().IsHeld);
        Claim found = _store.TryClaim(Only(), 3, Ticket("b"))!;

        Assert.IsNotNull(found);
        Assert.IsFalse(_store.Renew(lost));
        Assert.IsFalse(_store.Report(lost, new(0, 1, 0.5, 0.5, 1, 1)));
        Assert.IsFalse(_store.WriteCheckpoint(lost, 0, new(1, [1], null), out _));
        Assert.IsFalse(_store.Release(lost, Rest(3)));
        Assert.AreEqual((TrialState.Running, "b", 1), (Only().State, Only().Worker, Only().LostWorkers));
        Assert.IsEmpty(_store.Read(_study).Reports);
        Assert.IsTrue(_store.Renew(found));
    }

    [TestMethod]
    public void Read_ClaimsOfTheSameMoment_NamesTheLastWorker()
    {
        foreach (string worker in new[] { "z", "a", "m" })
        {
            TrialRecord? seen = _store.Read(_study).Trials.SingleOrDefault();
            Claim claim = seen is null ? _store.TryAdd(_study, Trial(1), Ticket(worker))!
                : _store.TryClaim(seen, 3, Ticket(worker))!;
            _store.Release(claim, Rest(3));
            using SqlSession session = SqlSession.Write(Database);
            session.Execute("update sweep_claims set claimed_at = 5");
            session.Commit();
        }
        Assert.AreEqual("m", Only().Worker);
    }

    [TestMethod]
    public void TryClaim_ProcessOfThisMachineThatHasEnded_TakesTheTrialAtOnce()
    {
        ClaimTicket dead = Ticket("a") with { Process = WorkerProcess.Of(Environment.ProcessId, "another start") };
        Claim lost = _store.TryAdd(_study, Trial(1), dead)!;
        TrialRecord seen = Only();

        Assert.AreEqual((false, true, 1), (seen.IsHeld, seen.HasWorkerEnded, seen.LostWorkers));
        Assert.IsNotNull(_store.TryClaim(seen, 3, Ticket("b")));
        Assert.IsFalse(_store.Renew(lost));
        Assert.AreEqual(1, Only().LostWorkers);
    }

    [TestMethod]
    [DataRow("another machine|1|2|3|4")]
    [DataRow("nonsense")]
    [DataRow(null)]
    public void TryClaim_ProcessThatIsNotKnown_WaitsForItsLease(string? process)
    {
        _store.TryAdd(_study, Trial(1), Ticket("a") with { Process = process });
        Assert.IsTrue(Only().IsHeld);
        Assert.IsNull(_store.TryClaim(Only(), 3, Ticket("b")));
    }

    /// <summary>The database's clock was set back: the claim would stay open until the clock has caught up.</summary>
    [TestMethod]
    public void TryClaim_HeartbeatFarInTheFuture_TakesTheTrial()
    {
        _store.TryAdd(_study, Trial(1), Ticket("a"));
        using (SqlSession session = SqlSession.Write(Database))
        {
            session.Execute("update sweep_claims set heartbeat_at = heartbeat_at + 7200");
            session.Commit();
        }
        Assert.IsFalse(Only().IsHeld);
        Assert.IsLessThan(TimeSpan.FromHours(-1), Only().Silence!.Value);
        Assert.IsNotNull(_store.TryClaim(Only(), 3, Ticket("b")));
    }

    [TestMethod]
    public void IsAbandoned_FilesOfAClaim_AreOnceItHasEndedAndNothingRefersToThem()
    {
        ClaimTicket ticket = Ticket("a");
        Claim claim = _store.TryAdd(_study, Trial(1), ticket)!;
        _store.WriteCheckpoint(claim, 0, new(1, null, "kept"), out _);
        Assert.IsFalse(_store.IsAbandoned(ticket.Token, "left"));
        _store.Release(claim, Rest(3));
        Assert.IsTrue(_store.IsAbandoned(ticket.Token, "left"));
        Assert.IsFalse(_store.IsAbandoned(ticket.Token, "kept"));
        Assert.IsFalse(_store.IsAbandoned("another database's", "left"));
    }

    [TestMethod]
    [DataRow("update sweep_trials set state = 'Nonsense'", "'Nonsense' is not a state of a trial.")]
    [DataRow("update sweep_trials set parameters = '{'", "The values of a trial are not JSON")]
    [DataRow("update sweep_trials set parameters = '[1]'", "The values of a trial are not a JSON object.")]
    [DataRow("update sweep_trials set parameters = '{\"LearningRate\":\"x\"}'", "The value \"x\" of LearningRate")]
    [DataRow("update sweep_trials set parameters = '{\"LearningRate\":[1]}'", "The value [1] of LearningRate")]
    [DataRow("update sweep_trials set epochs = -1", "The column epochs holds -1, which is less than 0.")]
    [DataRow("update sweep_trials set number = 0", "The column number holds 0, which is less than 1.")]
    [DataRow("update sweep_reports set epoch = 0", "The column epoch holds 0")]
    public void Read_DamagedRow_SaysWhichAndWhatToDo(string damage, string expected)
    {
        Claim claim = _store.TryAdd(_study, Trial(1), Ticket("a"))!;
        _store.Report(claim, new(0, 1, 0.5, 0.5, 1, 1));
        using (SqlSession session = SqlSession.Write(Database))
        {
            Assert.AreEqual(1, session.Execute(damage));
            session.Commit();
        }
        string message = Assert.ThrowsExactly<SweepStorageException>(() => _store.Read(_study)).Message;
        Assert.Contains("holds a damaged row", message);
        Assert.Contains(expected, message);
        Assert.Contains("Restore the database from a copy", message);
    }

    /// <summary>Creates the schema of the first version, with a sweep in it.</summary>
    [TestMethod]
    public void Open_DatabaseOfAnEarlierVersion_GoesOnWithWhatIsThere()
    {
        StudyRecord study = _store.OpenStudy("old", "{}", Space);
        Claim old = _store.TryAdd(study, Trial(1), Ticket("a"))!;
        _store.Release(old, Rest(3));
        using (SqlSession session = SqlSession.Write(Database))
        {
            session.Execute("alter table sweep_trials drop column failure");
            session.Execute("alter table sweep_claims drop column process");
            session.Execute("drop index sweep_claims_number");
            session.Execute("alter table sweep_claims drop column number");
            session.Execute("delete from sweep_schema where version > 1");
            session.Commit();
        }
        var store = new SqlTrialStore(Database);
        TrialRecord paused = store.Read(study).Trials.Single();
        Assert.AreEqual("a", paused.Worker);
        Assert.IsTrue(store.Release(store.TryClaim(paused, 9, Ticket("b"))!, Rest(9)));
        Assert.AreEqual(("b", 9), (store.Read(study).Trials.Single().Worker, store.Read(study).Trials.Single().Epochs));
    }

    [TestMethod]
    public void Renew_ClaimThatWasNotTakenYet_KeepsIt()
    {
        Claim claim = _store.TryAdd(_study, Trial(1), Ticket("a", Over))!;
        Assert.IsTrue(_store.Renew(claim), "It is late, but no other worker has taken the trial.");
    }

    [TestMethod]
    public void Report_Twice_KeepsTheSecond()
    {
        Claim claim = _store.TryAdd(_study, Trial(1), Ticket("a"))!;
        _store.Report(claim, new(0, 2, 0.25, 0.5, 1.5, null));
        _store.Report(claim, new(1, 1, null, null, null, 2));
        _store.Report(claim, new(0, 1, 0.1, 0.2, 0.3, 0.4));
        _store.Report(claim, new(0, 2, 0.75, 0.5, 1.5, null));

        Assert.AreSequenceEqual(
            [new(0, 1, 0.1, 0.2, 0.3, 0.4), new(1, 1, null, null, null, 2), new(0, 2, 0.75, 0.5, 1.5, null)],
            _store.Read(_study).Reports[claim.Trial].Select(report => report with { ReportedAt = 0 }).ToArray());
    }

    [TestMethod]
    public void WriteCheckpoint_Again_ReplacesTheOldOne()
    {
        Claim claim = _store.TryAdd(_study, Trial(1), Ticket("a"))!;
        byte[] large = [.. Enumerable.Range(0, 300_000).Select(i => (byte)i)];
        Assert.IsTrue(_store.WriteCheckpoint(claim, 0, new(1, null, "first"), out string? none));
        Assert.IsTrue(_store.WriteCheckpoint(claim, 1, new(1, large, null), out _));
        Assert.IsTrue(_store.WriteCheckpoint(claim, 0, new(2, null, "second"), out string? first));

        Assert.AreEqual((null, "first"), (none, first));
        Assert.AreEqual(new(2, null, "second"), _store.ReadCheckpoint(claim.Trial, 0));
        Assert.AreSequenceEqual(large, _store.ReadCheckpoint(claim.Trial, 1)!.Data!);
        Assert.IsNull(_store.ReadCheckpoint(claim.Trial, 2));
    }

    [TestMethod]
    public void DeleteCheckpoints_OfATrialThatIsRunning_LeavesThem()
    {
        Claim claim = _store.TryAdd(_study, Trial(1), Ticket("a"))!;
        _store.WriteCheckpoint(claim, 0, new(1, null, "file"), out _);
        Assert.IsEmpty(_store.DeleteCheckpoints([claim.Trial]));
        Assert.IsNotNull(_store.ReadCheckpoint(claim.Trial, 0));
        _store.Release(claim, Rest(3));

        Assert.AreSequenceEqual(["file"], _store.DeleteCheckpoints([claim.Trial]).ToArray());
        Assert.IsNull(_store.ReadCheckpoint(claim.Trial, 0));
    }

    [TestMethod]
    public void Stop_EndsWhatIsPausedAlone()
    {
        Claim paused = _store.TryAdd(_study, Trial(1), Ticket("a"))!;
        Claim running = _store.TryAdd(_study, Trial(2), Ticket("a"))!;
        Claim failed = _store.TryAdd(_study, Trial(3), Ticket("a"))!;
        _store.Release(paused, Rest(3));
        _store.Release(failed, new(TrialState.Failed, 1, 0, "It diverged.", "All of it."));
        _store.Stop([paused.Trial, running.Trial, failed.Trial]);

        TrialRecord[] trials = [.. _store.Read(_study).Trials];
        Assert.AreSequenceEqual([TrialState.Stopped, TrialState.Running, TrialState.Failed],
            trials.Select(trial => trial.State).ToArray());
        Assert.AreEqual(("It diverged.", "All of it."), (trials[2].Reason, trials[2].Failure));
    }

    [TestMethod]
    public void TryAdd_FromManyThreads_GivesEveryNumberOnce()
    {
        var claims = new List<(int Number, Claim Claim)>();
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, worker =>
        {
            for (int number = 1; number <= 10; number++)
            {
                if (_store.TryAdd(_study, Trial(number), Ticket($"{worker}")) is { } claim)
                {
                    lock (claims)
                    {
                        claims.Add((number, claim));
                    }
                }
            }
        });

        Assert.AreSequenceEqual(Enumerable.Range(1, 10).ToArray(), claims.Select(claim => claim.Number).Order()
            .ToArray());
        claims.ForEach(claim => _store.Release(claim.Claim, Rest(3)));
        StudySnapshot seen = _store.Read(_study);
        int promoted = 0;
        Parallel.For(0, 4, new ParallelOptions { MaxDegreeOfParallelism = 4 }, worker =>
        {
            foreach (TrialRecord trial in seen.Trials)
            {
                if (_store.TryClaim(trial, 9, Ticket($"{worker}")) is not null)
                {
                    Interlocked.Increment(ref promoted);
                }
            }
        });
        Assert.AreEqual(10, promoted);
    }

    [TestMethod]
    public void Upgrade_NextVersion_KeepsWhatIsThere()
    {
        _store.TryAdd(_study, Trial(1), Ticket("a"));
        int present = DatabaseSchema.Steps.Count;
        SchemaStep next = new(present + 1, _ => ["alter table sweep_trials add column extra text null"]);
        DatabaseSchema.Upgrade(Database, [.. DatabaseSchema.Steps, next]);
        DatabaseSchema.Upgrade(Database, [.. DatabaseSchema.Steps, next]);

        using SqlSession session = SqlSession.Read(Database);
        Assert.AreEqual(1, session.Number("select count(*) from sweep_trials where extra is null"));
        Assert.AreEqual(present + 1, session.Number("select count(*) from sweep_schema"));
        SweepStorageException fault = Assert.ThrowsExactly<SweepStorageException>(() => new SqlTrialStore(Database));
        Assert.Contains(
            $"has the schema version {present + 1}; this version of Microsoft.ML.Spiking.Sweeps knows versions up to " +
            $"{present}.", fault.Message);
    }

    [TestMethod]
    public void Upgrade_StatementThatFails_ChangesNothing()
    {
        int present = DatabaseSchema.Steps.Count;
        SchemaStep next = new(present + 1,
            _ => ["alter table sweep_trials add column extra text null", "alter table missing add column x text null"]);
        Assert.Throws<Exception>(() => DatabaseSchema.Upgrade(Database, [.. DatabaseSchema.Steps, next]));
        using SqlSession session = SqlSession.Read(Database);
        Assert.AreEqual(present, session.Number("select max(version) from sweep_schema"));
        DatabaseSchema.Upgrade(Database, [.. DatabaseSchema.Steps,
            next with { Statements = _ => ["alter table sweep_trials add column extra text null"] }]);
    }

    private static NewTrial Trial(int number) => new(number, Repeat: 0, Seed: 7, new(Space, [0.5]), TargetEpoch: 3);

    private static ClaimTicket Ticket(string worker, TimeSpan? lease = null) => ClaimTicket.New(worker, lease ?? Long);

    private static TrialOutcome Rest(int epochs) => new(TrialState.Paused, epochs, Seconds: 2.5);

    private TrialRecord Only() => _store.Read(_study).Trials.Single();
}
