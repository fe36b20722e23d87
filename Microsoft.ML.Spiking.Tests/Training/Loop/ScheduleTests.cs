using Microsoft.ML.Spiking.Training.Loop;


namespace Microsoft.ML.Spiking.Tests.Training.Loop;

[TestClass]
public sealed class ScheduleTests
{
    [TestMethod]
    public void At_Cosine_FallsFromTheFullRateOverHalfToNearlyNothing()
    {
        var schedule = new Schedule(LearningRateSchedule.Cosine, 0.2, warmupEpochs: 0, epochs: 4, stepsPerEpoch: 25);

        Assert.AreEqual(0.2, schedule.At(0), 1e-15);
        Assert.AreEqual(0.1, schedule.At(50), 1e-15);
        Assert.AreEqual(0.1 * (1 + Math.Cos(Math.PI * 0.99)), schedule.At(99), 1e-15);
        Assert.IsTrue(Enumerable.Range(1, 99).All(step => schedule.At(step) < schedule.At(step - 1)));
    }

    [TestMethod]
    public void At_Constant_StaysWhereItIs()
    {
        var schedule = new Schedule(LearningRateSchedule.Constant, 0.2, warmupEpochs: 0, epochs: 4, stepsPerEpoch: 25);
        Assert.IsTrue(Enumerable.Range(0, 100).All(step => schedule.At(step) == 0.2));
    }

    [TestMethod]
    [DataRow(LearningRateSchedule.Cosine)]
    [DataRow(LearningRateSchedule.Constant)]
    public void At_WarmupOfHalfAnEpoch_RisesInALineToTheFullRate(LearningRateSchedule kind)
    {
        var schedule = new Schedule(kind, 1.0, warmupEpochs: 0.5, epochs: 4, stepsPerEpoch: 20);

        for (int step = 0; step < 9; step++)
        {
            Assert.AreEqual((step + 1) / 10.0, schedule.At(step), 1e-15);
        }
        Assert.AreEqual(1.0, schedule.At(10), 1e-15);
        Assert.IsTrue(Enumerable.Range(0, 80).All(step => schedule.At(step) is > 0 and <= 1));
    }

    [TestMethod]
    public void At_WarmupLongerThanTheTraining_RisesToTheEnd()
    {
        var schedule = new Schedule(LearningRateSchedule.Cosine, 1.0, warmupEpochs: 9, epochs: 2, stepsPerEpoch: 5);
        Assert.AreEqual(0.9, schedule.At(8), 1e-15);
        Assert.AreEqual(1.0, schedule.At(9), 1e-15);
    }
}
