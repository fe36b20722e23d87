using Microsoft.ML.Spiking.Sweeps.Sampling;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps.Tests;

[TestClass]
public sealed class SweepSpaceTests
{
    [TestMethod]
    public void WholeNumbers_GradientHorizon_IsSweptOnlyWhereItIsNamed()
    {
        const string name = nameof(SpikingClifSweepOptions.GradientHorizon);
        Assert.DoesNotContain(name, SweepSpace.Default.Names);
        SweepSpace space = SweepSpace.Empty.WholeNumbers(name, 0, 3), choice = SweepSpace.Empty.Choice(name, 0, 2);

        Assert.AreSequenceEqual([0, 1, 2, 3], space.Points()!.Select(Horizon));
        Assert.AreSequenceEqual([0, 2], choice.Points()!.Select(Horizon));

        static int Horizon(SweepPoint point) => point.ApplyTo(new()).GradientHorizon!.Value;
    }

    [TestMethod]
    public void Default_Always_HasEveryPropertyButTheHorizon() =>
        Assert.AreSequenceEqual(typeof(SpikingClifSweepOptions).GetProperties().Select(property => property.Name)
            .Where(name => name != nameof(SpikingClifSweepOptions.GradientHorizon)).ToArray(),
            SweepSpace.Default.Names.ToArray());

    /// <summary>The attributes are constants; they must lie within the trainer's own ranges.</summary>
    [TestMethod]
    public void Default_BothEndsOfEveryRange_AreAcceptedByTheTrainer()
    {
        foreach (SweepDimension dimension in SweepSpace.Default.Dimensions)
        {
            foreach (object value in dimension is RangeDimension range ? [range.Ends.Low, range.Ends.High]
                : dimension.Values!)
            {
                var options = new SpikingClifTrainer.Options();
                dimension.Apply(options, value);
                options.Validate();
                Assert.AreEqual(value, dimension.Name == "AugmentationStrength" ? value : dimension.Read(options));
            }
        }
    }

    [TestMethod]
    public void For_ValuesOutsideTheDefaultSpace_AreNotVaried()
    {
        var trainer = new SpikingClifTrainer.Options
        {
            Network = new ConvNet(4),
            Neuron = new ReluNeuron(),
            TimeSteps = 1,
            BatchSize = 48,
        };
        var lines = new List<string>();
        string[] left = [.. SweepSpace.Default.Names.Except(SweepSpace.Default.For(trainer, lines.Add).Names)];

        Assert.AreSequenceEqual(["Network", "Neuron", "BatchSize"], left);
        Assert.StartsWith("Network is not varied: the trainer's own value, conv 4, is not part of SweepSpace.Default.",
            lines[0]);
        Assert.StartsWith("Neuron is not varied: the trainer's own value is not part of SweepSpace.Default.", lines[1]);
        Assert.HasCount(SweepSpace.Default.Names.Count, SweepSpace.Default.For(new(), lines.Add).Names);
        SweepSpace chosen = SweepSpace.Default.Choice("Network", "8", "16");
        Assert.Contains("Network", chosen.For(trainer, lines.Add).Names, "What is asked for by name is varied.");
    }

    [TestMethod]
    public void Points_OfAFiniteSpace_AreAllOfThemOnce()
    {
        SweepSpace space = SweepSpace.Empty.Choice("Network", "2", "8").WholeNumbers("TimeSteps", 1, 3);
        SweepPoint[] points = [.. space.Points()!];
        Assert.HasCount(6, points.Distinct());
        Assert.HasCount(6, points);
        Assert.IsNull(space.Range("Dropout", 0, 0.5).Points());
    }

    [TestMethod]
    public void Range_OfAProperty_ReplacesTheOldOneInItsPlace()
    {
        SweepSpace space = SweepSpace.Default.Range("Dropout", 0.1, 0.2).Without("Neuron");
        Assert.HasCount(SweepSpace.Default.Names.Count - 1, space.Names);
        Assert.AreEqual(SweepSpace.Default.Names.ToList().IndexOf("Dropout") - 1, space.Names.ToList()
            .IndexOf("Dropout"));
        Assert.AreEqual(0.1, space.Dimensions[space.Names.ToList().IndexOf("Dropout")].At(0));
    }

    [TestMethod]
    public void At_EveryDimension_CoversItsRangeEvenly()
    {
        var whole = new RangeDimension("n", 1, 4, isWhole: true, isLogarithmic: false, (_, _) => { });
        int[] counts = new int[5];
        for (int i = 0; i < 4_000; i++)
        {
            counts[(int)whole.At((i + 0.5) / 4_000)]++;
        }
        Assert.AreSequenceEqual([0, 1_000, 1_000, 1_000, 1_000], counts);
        var logarithmic = new RangeDimension("x", 1e-4, 1, isWhole: false, isLogarithmic: true, (_, _) => { });
        Assert.AreEqual(0.01, (double)logarithmic.At(0.5), 1e-12);
        Assert.AreEqual(1e-4, (double)logarithmic.At(0), 1e-12);
        Assert.AreEqual(1, (double)logarithmic.At(1), 1e-12);
    }

    [TestMethod]
    public void Write_AnyPoint_ReadsBackAsItWas()
    {
        SweepSpace space = SweepSpace.Default
            .Choice("Boolean", (_, _) => { }, false, true)
            .WholeNumbers("Whole", 1, 1_000, (_, _) => { }, isLogarithmic: true);
        for (int number = 1; number <= 20; number++)
        {
            SweepPoint point = new RandomSampler(space, 3).Sample(number, []);
            SweepPoint back = SweepPoint.Parse(space, point.Write());
            Assert.AreEqual(point, back);
            Assert.AreSequenceEqual(point.ByName().ToArray(), back.ByName().ToArray());
            for (int i = 0; i < space.Dimensions.Count; i++)
            {
                (object value, object again) = (point.Values[i], space.Dimensions[i].At(back.Places[i]));
                Assert.IsTrue(value is double real ? Math.Abs(real - (double)again) < 1e-12
                    : value.Equals(again), "Its place is another's.");
            }
        }
    }

    [TestMethod]
    public void Read_ValueOfAnotherSpace_SaysWhich()
    {
        SweepSpace space = SweepSpace.Empty.Range("Dropout", 0.1, 0.2);
        Assert.Contains("The value 0.5 of Dropout", Assert.ThrowsExactly<FormatException>(
            () => SweepPoint.Parse(space, """{"Dropout":0.5}""")).Message);
        Assert.ThrowsExactly<FormatException>(() => SweepPoint.Parse(space, "{}"));
        Assert.ThrowsExactly<FormatException>(
            () => SweepPoint.Parse(SweepSpace.Empty.Choice("Network", "2"), """{"Network":"3"}"""));
    }

    [TestMethod]
    public void Apply_ValuesOfAnything_AreInTheOptions()
    {
        SweepSpace space = SweepSpace.Empty
            .Choice("Network", "conv 4-8")
            .Range("Momentum", 0.5, 0.6, (options, value) => options.Momentum = value)
            .Choice("Lambda", (options, value) => options.LossLambda = value, 0.25);
        var others = new SpikingClifTrainer.Options { TimeSteps = 9 };
        SpikingClifTrainer.Options options = SweepPoint.At(space, [0, 0.5, 0]).ApplyTo(others);

        Assert.AreEqual((9, 0.25), (options.TimeSteps, options.LossLambda));
        Assert.AreEqual(0.55, options.Momentum, 1e-12);
        Assert.AreEqual(new ConvNet(4, 8), options.Network);
        Assert.AreNotSame(others, options);
    }

    [TestMethod]
    public void Without_Everything_IsRefusedByTheSweepAlone() =>
        Assert.IsEmpty(SweepSpace.Default.Without([.. SweepSpace.Default.Names]).Names);

    [TestMethod]
    [DataRow("'Nothing' is not a property of SpikingClifSweepOptions, which has LearningRate, ")]
    public void Range_UnknownName_ListsTheProperties(string expected) =>
        Assert.Contains(expected,
            Assert.ThrowsExactly<ArgumentException>(() => SweepSpace.Empty.Range("Nothing", 0, 1)).Message);

    [TestMethod]
    public void Dimensions_ThatCannotBe_SayWhy()
    {
        AssertRefused("goes from 1 to 1; give two finite numbers", () => SweepSpace.Empty.Range("Dropout", 1, 1));
        AssertRefused("goes from 0 to NaN", () => SweepSpace.Empty.Range("Dropout", 0, double.NaN));
        AssertRefused("begins with 0; on a logarithmic scale", () =>
            SweepSpace.Empty.Range("Dropout", 0, 1, isLogarithmic: true));
        AssertRefused("The choices of Network are []", () => SweepSpace.Empty.Choice<string>("Network"));
        AssertRefused("each only once", () => SweepSpace.Empty.Choice("Network", "1", "1"));
        AssertRefused("Network is a String; its choices cannot be of type Int32", () =>
            SweepSpace.Empty.Choice("Network", 1, 2));
        AssertRefused("The choices of X include a Mlp", () =>
            SweepSpace.Empty.Choice("X", (options, value) => options.Network = value, new Mlp(4)));
        AssertRefused("The space does not vary 'Momentum'; it varies Dropout", () =>
            SweepSpace.Empty.Range("Dropout", 0, 1).Without("Momentum"));
        AssertRefused("Dropout is not a whole number", () => SweepSpace.Empty.WholeNumbers("Dropout", 0, 1));
    }

    private static void AssertRefused(string expected, Func<SweepSpace> make) =>
        Assert.Contains(expected, Assert.ThrowsExactly<ArgumentException>(make).Message);
}
