using Microsoft.ML.Spiking.Sweeps.Running;
using Microsoft.ML.Spiking.Training.Checkpoints;
using Folder = Microsoft.ML.Spiking.Sweeps.Running.TemporaryFolder;

namespace Microsoft.ML.Spiking.Sweeps.Tests.Running;

[TestClass]
public sealed class CheckpointCacheTests
{
    [TestMethod]
    public void Put_MoreThanTheLimit_SpillsWhatWasUsedLongestAgo()
    {
        (Checkpoint first, long bytes) = Make();
        using var folder = new Folder();
        var cache = new CheckpointCache(2 * bytes, folder, Assert.Fail);
        for (long trial = 1; trial <= 3; trial++)
        {
            cache.Put(trial, 0, first);
            cache.Get(1, 0);
        }

        Assert.HasCount(1, Directory.GetFiles(folder.Path));
        Assert.AreSame(first, cache.Get(1, 0));
        Checkpoint back = cache.Get(2, 0)!;
        Assert.AreNotSame(first, back);
        Assert.HasCount(first.State.History.Count, back.State.History);
        Assert.AreSequenceEqual(first.Arrays[0].Values.ToArray(), back.Arrays[0].Values.ToArray());
        Assert.HasCount(1, Directory.GetFiles(folder.Path));
        cache.Put(2, 0, first);
        cache.Drop(1);
        cache.Drop(2);
        cache.Drop(3);
        Assert.IsEmpty(Directory.GetFiles(folder.Path));
        Assert.IsNull(cache.Get(2, 0));
    }

    [TestMethod]
    public void Get_SpilledFileDamaged_WarnsAndForgetsIt()
    {
        (Checkpoint checkpoint, _) = Make();
        using var folder = new Folder();
        var warnings = new List<string>();
        var cache = new CheckpointCache(0, folder, warnings.Add);
        cache.Put(1, 0, checkpoint);
        cache.Put(2, 0, checkpoint);
        File.WriteAllText(Directory.GetFiles(folder.Path).Single(), "x");

        Assert.IsNull(cache.Get(1, 0));
        Assert.HasCount(1, warnings);
        Assert.IsNotNull(cache.Get(2, 0));
    }

    private static (Checkpoint Checkpoint, long Bytes) Make()
    {
        var ml = new MLContext(1);
        SpikingClifTrainer.Options options = Pebbles.Settings(ml).Trainer;
        options.Epochs = 1;
        IDataView data = Pebbles.Featurizers(ml).Fit(Pebbles.Data(ml)).Transform(Pebbles.Data(ml));
        SpikingClifTrainer trainer = ml.MulticlassClassification.Trainers.SpikingClif(options);
        var place = new Place();
        trainer.TrainSession(trainer.Share(data, null, _ => { }), new(place, 1));
        Checkpoint checkpoint = place.Read()!;
        return (checkpoint, checkpoint.Arrays.Sum(array => 4L * array.Values.Length));
    }

    private sealed class Place : ICheckpointPlace
    {
        private Checkpoint? _checkpoint;

        public Checkpoint? Read() => _checkpoint;

        public void Write(Checkpoint checkpoint) => _checkpoint = checkpoint;
    }
}
