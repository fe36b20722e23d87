namespace Microsoft.ML.Spiking.Tests.Networks.Definition;

[TestClass]
public sealed class InputNormalizationTests
{
    private const string Means =
        "ChannelNormalization.Means is [{0}]; it needs one number for each channel, finite in single precision.";

    private const string Deviations = "ChannelNormalization.StandardDeviations is [{0}]; every deviation must be " +
        "greater than 0, and finite in single precision as its inverse must be.";

    public static IEnumerable<(ChannelNormalization Normalization, string[] Faults)> OfChannels =>
    [
        (new(), []),
        (new() { Means = [0, -3], StandardDeviations = [1, 0.5] }, []),
        (new() { Means = [1] }, [Unequal("1 Means and no StandardDeviations")]),
        (new() { StandardDeviations = [1, 2] }, [Unequal("no Means and 2 StandardDeviations")]),
        (new() { Means = [1], StandardDeviations = [1, 2] }, [Unequal("1 Means and 2 StandardDeviations")]),
        (new() { Means = [], StandardDeviations = [] }, [Of(Means, "")]),
        (new() { Means = [0.5, double.NaN], StandardDeviations = [1, 1] }, [Of(Means, "0.5, NaN")]),
        (new() { Means = [1e39], StandardDeviations = [1] }, [Of(Means, "1E+39")]),
        (new() { Means = [1], StandardDeviations = [0] }, [Of(Deviations, "0")]),
        (new() { Means = [1, 1], StandardDeviations = [1, -2] }, [Of(Deviations, "1, -2")]),
        (new() { Means = [1], StandardDeviations = [double.PositiveInfinity] }, [Of(Deviations, "Infinity")]),
        (new() { Means = [1], StandardDeviations = [1e-39] }, [Of(Deviations, "1E-39")]),
        (new() { Means = [1], StandardDeviations = [1e-50] }, [Of(Deviations, "1E-50")]),
        (new() { Means = [1], StandardDeviations = [1e-38] }, []),
    ];

    [TestMethod]
    [DynamicData(nameof(OfChannels))]
    public void Faults_OfChannels_NamesEveryValueThatIsWrong(ChannelNormalization normalization, string[] faults) =>
        Assert.AreSequenceEqual(faults, normalization.Faults().ToArray());

    [TestMethod]
    public void PairsFor_EveryKind_GivesItsNumberOfPairs()
    {
        Assert.AreEqual(1, new RootMeanSquareNormalization().PairsFor([3, 8, 8]));
        Assert.AreEqual(1, new FeatureNormalization().PairsFor([3, 8, 8]));
        Assert.AreEqual(7, new FeatureNormalization().PairsFor([7]));
        Assert.AreEqual(3, new ChannelNormalization().PairsFor([3, 8, 8]));
        var given = new ChannelNormalization { Means = [1, 2], StandardDeviations = [1, 2] };
        Assert.AreEqual(2, given.PairsFor([2, 8, 8]));
        Assert.AreEqual("ChannelNormalization has means for 2 channels, but the features have the shape [3, 8, 8], " +
            "the channels first; where they are images of another shape, say so with the options' InputShape, as in " +
            "[3, 32, 32].", Assert.ThrowsExactly<NetworkDefinitionException>(
                () => given.PairsFor([3, 8, 8])).Message);
    }

    [TestMethod]
    public void Equals_OfChannels_ComparesValues()
    {
        ChannelNormalization one = new() { Means = [1, 2], StandardDeviations = [3, 4] };
        ChannelNormalization same = new() { Means = [1, 2], StandardDeviations = [3, 4] };

        Assert.AreEqual(one, same);
        Assert.AreEqual(one.GetHashCode(), same.GetHashCode());
        Assert.AreEqual(new ChannelNormalization(), new ChannelNormalization());
        foreach (ChannelNormalization other in new[]
        {
            new() { Means = [1, 5], StandardDeviations = [3, 4] },
            new() { Means = [1, 2], StandardDeviations = [3, 5] },
            new() { Means = [1, 2] }, new() { StandardDeviations = [3, 4] }, new ChannelNormalization(),
        })
        {
            Assert.AreNotEqual(one, other);
            Assert.AreNotEqual(other, one);
            Assert.AreNotEqual(one.GetHashCode(), other.GetHashCode());
        }
        Assert.IsFalse(one.Equals(null));
    }

    [TestMethod]
    public void IsMeasured_OfChannels_WhereNoMeansAreGiven()
    {
        Assert.IsTrue(new ChannelNormalization().IsMeasured);
        Assert.IsFalse(new ChannelNormalization { Means = [1], StandardDeviations = [1] }.IsMeasured);
    }

    private static string Unequal(string counts) =>
        $"ChannelNormalization has {counts}; give one of each for every channel, or neither to measure both.";

    private static string Of(string sentence, string values) =>
        sentence.Replace("{0}", values, StringComparison.Ordinal);
}
