using Microsoft.ML;
using Microsoft.ML.Spiking.Sweeps;
using Quickstart;

namespace Sweep;

/// <summary>MNIST; by default the search has the first 12,000 of the 60,000 training digits.</summary>
internal sealed class MnistProblem : IProblem
{
    private const int RowsIfNotGiven = 12_000;

    public string Name => "MNIST";

    public IReadOnlyList<int>? InputShape => [1, 28, 28];

    // The default choices are perceptrons, which ignore that the features are images.
    public SweepSpace Space => SweepSpace.Default
        .Choice(nameof(SpikingClifSweepOptions.Network), "256", "512-512", "conv 8-16", "conv 16-32");

    public (IDataView Search, IDataView Test) Load(MLContext ml, Arguments arguments)
    {
        IEnumerable<DigitImage> search = IdxDigits.Read(arguments.Data, "train").Take(arguments.Rows ?? RowsIfNotGiven);
        return (ml.Data.LoadFromEnumerable(search), ml.Data.LoadFromEnumerable(IdxDigits.Read(arguments.Data, "t10k")));
    }

    public IEstimator<ITransformer> Featurizers(MLContext ml) =>
        ml.Transforms.Conversion.ConvertType("Features", nameof(DigitImage.Pixels))
            .Append(ml.Transforms.Conversion.MapValueToKey(nameof(DigitImage.Label)));

    public (string Name, IEstimator<ITransformer> Trainer)? Other(MLContext ml) => null;

    public void Dispose() { }
}
