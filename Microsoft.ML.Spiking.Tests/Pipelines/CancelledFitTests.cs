using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Tests.Pipelines;

/// <summary>A training that is cancelled by the token of the options or with its context.</summary>
[TestClass]
public sealed class CancelledFitTests
{
    [TestMethod]
    public void Fit_TokenCancelled_ThrowsOrKeepsTheBest()
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);
        SpikingPredictionTransformer Train(bool keep)
        {
            using var source = new CancellationTokenSource();
            return Flowers.Fit(ml, data, options =>
            {
                options.Epochs = 100_000;
                options.CancellationToken = source.Token;
                options.KeepBestOnCancellation = keep;
                options.MetricsCallback = metrics =>
                {
                    if (metrics.Epoch == 20)
                    {
                        source.Cancel();
                    }
                };
            });
        }

        var warnings = new List<string>();
        ml.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning)
            {
                warnings.Add(e.RawMessage);
            }
        };

        Assert.Throws<OperationCanceledException>(() => Train(keep: false));
        Assert.IsEmpty(warnings);
        SpikingPredictionTransformer model = Train(keep: true);
        Assert.AreEqual("The training was cancelled after 20 epochs; the model of epoch 20 is kept.",
            warnings.Single());
        Assert.IsGreaterThan(0.9, ml.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy);
    }

    [TestMethod]
    public void Fit_TokenCancelledInTheFirstEpoch_ThrowsEvenIfTheBestIsToBeKept()
    {
        var ml = new MLContext(1);
        using var source = new CancellationTokenSource();
        int passes = 0;
        IEnumerable<Flower> Rows()
        {
            if (++passes == 3) // after the passes for keys and for the first look: the first epoch
            {
                source.Cancel();
            }
            foreach (Flower row in Flowers.Rows())
            {
                yield return row;
            }
        }

        OperationCanceledException exception = Assert.Throws<OperationCanceledException>(() => Flowers.Fit(
            ml, Flowers.Keyed(ml, Rows()),
            options => (options.CancellationToken, options.KeepBestOnCancellation, options.MemoryBudget) =
                (source.Token, true, 1)));

        Assert.AreEqual(3, passes);
        Assert.Contains("no model to keep yet", exception.Message);
    }

    [TestMethod]
    public void Fit_ContextCancelledBeforeTheFirstRow_ReadsNoMore()
    {
        var ml = new MLContext(1);
        const int Count = 100_000; // ML.NET reads some thousands ahead
        int read = 0;
        List<Flower> rows = Flowers.Rows();
        IDataView data = Flowers.Keyed(ml, Enumerable.Range(0, Count).Select(i =>
        {
            read++;
            return rows[i % rows.Count];
        }));
        SpikingClifTrainer trainer = ml.MulticlassClassification.Trainers.SpikingClif(Flowers.Quick());
        read = 0;
        Cancel(ml);

        Assert.Throws<OperationCanceledException>(() => trainer.Fit(data));

        Assert.IsLessThan(Count, read);
    }

    [TestMethod]
    public void Fit_ContextCancelled_StopsButScoringGoesOn()
    {
        var ml = new MLContext(1);
        IDataView data = Flowers.Keyed(ml);
        SpikingPredictionTransformer trained = Flowers.Fit(ml, data);
        int epochs = 0;

        Assert.Throws<OperationCanceledException>(() => Flowers.Fit(ml, data, options =>
        {
            options.Epochs = 100_000;
            options.MetricsCallback = _ =>
            {
                epochs++;
                Cancel(ml);
            };
        }));

        Assert.AreEqual(1, epochs);
        Assert.HasCount(90,
            trained.Transform(Flowers.Keyed(new MLContext(1))).GetColumn<uint>("PredictedLabel").ToArray());
    }

    /// <summary>Cancels the context as AutoML does after a trial; ML.NET has no public method for it.</summary>
    private static void Cancel(MLContext ml) => typeof(MLContext).GetMethod("CancelExecution",
        BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null);
}
