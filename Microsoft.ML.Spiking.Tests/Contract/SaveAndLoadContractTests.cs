using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Contract;

/// <summary>A model that was saved and loaded gives the same values in any culture of either process.</summary>
[TestClass]
public sealed class SaveAndLoadContractTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void Load_SavedModel_GivesTheSameValuesInEveryColumn()
    {
        var table = new ContractTable(TestContext);
        var ml = new MLContext(1);
        foreach (Subject subject in Subject.All(ml))
        {
            ITransformer model = subject.Trainer.Fit(subject.Data);
            ITransformer loaded = Subject.Reload(model, subject.Data.Schema);
            table.Check(subject, "the same values in every column of every row", () =>
                AssertSame(model.Transform(subject.Data), loaded.Transform(subject.Data)));
            table.Check(subject, "the same again when the loaded model is saved and loaded", () => AssertSame(
                model.Transform(subject.Data),
                Subject.Reload(loaded, subject.Data.Schema).Transform(subject.Data)));
            table.Check(subject, "a chain with featurizer, saved and loaded", () =>
            {
                var chain = ml.Transforms.NormalizeMinMax("Features").Append(subject.Trainer).Fit(subject.Data);
                AssertSame(chain.Transform(subject.Data),
                    Subject.Reload(chain, subject.Data.Schema).Transform(subject.Data));
            });
        }
        table.AssertAllPassed();
    }

    [TestMethod]
    public void Culture_OfTraining_ChangesNeitherZipNorScoresNorMessages()
    {
        var table = new ContractTable(TestContext);
        Trace expected = In("en-US", Run);
        float[] scores = Score(expected.Zip);
        foreach (string culture in new[] { "de-DE", "tr-TR", "ar-SA", "fa-IR", "hi-IN" })
        {
            Trace actual = In(culture, Run);
            table.Check(culture, "the entries of the zip are the same bytes", () =>
            {
                Assert.AreSequenceEqual(expected.Entries.Keys.ToArray(), actual.Entries.Keys.ToArray());
                foreach ((string entry, byte[] content) in expected.Entries)
                {
                    Assert.IsTrue(content.AsSpan().SequenceEqual(actual.Entries[entry]), entry);
                }
            });
            table.Check(culture, "the zip scores the same there", () =>
                Assert.AreSequenceEqual(scores, In(culture, () => Score(expected.Zip))));
            table.Check(culture, "the log and the reports are the same", () =>
                Assert.AreSequenceEqual(expected.Log, actual.Log));
            for (int i = 0; i < expected.Refusals.Length; i++)
            {
                int refusal = i;
                table.Check(culture, $"refusal {i + 1} reads the same", () =>
                    Assert.AreEqual(expected.Refusals[refusal], actual.Refusals[refusal]));
            }
        }
        table.AssertAllPassed();
    }

    private static void AssertSame(IDataView expected, IDataView actual)
    {
        var rows = RowReader.ReadAll(expected.GetRowCursor(expected.Schema));
        var others = RowReader.ReadAll(actual.GetRowCursor(actual.Schema));
        Assert.HasCount(rows.Count, others);
        for (int i = 0; i < rows.Count; i++)
        {
            RowReader.AssertSame(rows[i].Values, others[i].Values, $"row {i}");
        }
    }

    private static T In<T>(string culture, Func<T> run)
    {
        (CultureInfo ours, CultureInfo threads) =
            (CultureInfo.CurrentCulture, CultureInfo.DefaultThreadCurrentCulture!);
        try
        {
            // Threads that a training starts have the culture, too.
            CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.GetCultureInfo(culture);
            return run();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.DefaultThreadCurrentCulture) = (ours, threads);
        }
    }

    private static Trace Run()
    {
        var ml = new MLContext(1);
        var log = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Source.Contains("SpikingClif", StringComparison.Ordinal) &&
                !e.RawMessage.StartsWith("Channel ", StringComparison.Ordinal))
            {
                // Speed does not depend on the culture.
                log.Add(System.Text.RegularExpressions.Regex.Replace(e.RawMessage, "[0-9]+ rows/s", "rows/s"));
            }
        };
        List<Flower> rows = Flowers.Rows(1200);
        rows[7].Features[2] = float.NaN; // a warning with a count
        IDataView data = Flowers.Keyed(ml, rows);
        SpikingClifTrainer.Options options = Flowers.Quick();
        options.Epochs = 2;
        options.Neuron = new LifNeuron();
        SpikingPredictionTransformer model = ml.MulticlassClassification.Trainers.SpikingClif(options).Fit(data, data);
        using var stream = new MemoryStream();
        ml.Model.Save(model, data.Schema, stream);

        string[] refusals =
        [
            Refusal(() => Flowers.Fit(ml, data, o =>
                (o.LearningRate, o.LossLambda, o.TimeSteps) = (1000.5, 1.25, 5000))),
            Refusal(() => Flowers.Fit(ml, data, o =>
                (o.WarmupEpochs, o.Dropout, o.BatchSize) = (-0.5, 1.5, 1_000_000))),
            Refusal(() => Flowers.Fit(ml, data, o =>
                (o.ClassWeighting, o.ClassWeights) = (ClassWeighting.Given, [0.5f, 1.5f]))),
            Refusal(() => _ = model.Transform(Labels.Bare(ml)).GetColumn<float>("Score").ToArray()),
            Refusal(() => model.Transform(ml.Data.LoadFromEnumerable(TwoClasses.Rows()))),
            Refusal(() => model.Model.ChangeScoringBackend(ScoringBackend.Torch, cudaDeviceIndex: -1)),
        ];
        return new(stream.ToArray(), Entries(stream.ToArray()), [.. log], refusals);
    }

    private static string Refusal(Action action) => Assert.Throws<Exception>(action).Message;

    private static float[] Score(byte[] zip)
    {
        var ml = new MLContext();
        IDataView data = Flowers.Keyed(ml, Flowers.Rows(50, seed: 4));
        return [.. ml.Model.Load(new MemoryStream(zip), out _).Transform(data).GetColumn<float[]>("Score")
            .SelectMany(s => s)];
    }

    private static SortedDictionary<string, byte[]> Entries(byte[] zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip));
        return new(archive.Entries.ToDictionary(entry => entry.FullName, ModelZip.Read), StringComparer.Ordinal);
    }

    private sealed record Trace(
        byte[] Zip, SortedDictionary<string, byte[]> Entries, string[] Log, string[] Refusals);
}
