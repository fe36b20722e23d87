using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// What is worth sweeping of <see cref="SpikingClifTrainer.Options"/>, with the ranges to sweep it over. The attributes are
/// ML.NET's own, so ML.NET's AutoML can sweep this class as well as <see cref="SweepCatalog"/> can: see <see cref="Factory"/>.
/// The defaults are the trainer's.
/// </summary>
public sealed class SpikingClifSweepOptions
{
    /// <summary>Mixup's alpha at full strength where the options that are swept have no augmentation of their own.</summary>
    private const double StrongestMixup = 0.4;

    /// <summary>See <see cref="SpikingClifTrainer.Options.LearningRate"/>. From 0.0001 to 0.1, sampled on a logarithmic scale.</summary>
    [Range(1e-4, 0.1, init: 0.002, logBase: true)]
    public double LearningRate { get; set; } = 0.002;

    /// <summary>See <see cref="SpikingClifTrainer.Options.WeightDecay"/>. From 1e-6 to 0.01, sampled on a logarithmic scale.</summary>
    [Range(1e-6, 0.01, init: 1e-4, logBase: true)]
    public double WeightDecay { get; set; } = 1e-4;

    /// <summary>See <see cref="SpikingClifTrainer.Options.TimeSteps"/>. From 1 to 8.</summary>
    [Range(1, 8, init: 4)]
    public int TimeSteps { get; set; } = 4;

    /// <summary>
    /// The network: "512-512" for the hidden layers of an <see cref="Mlp"/>, "conv 32-64" for the channels of a
    /// <see cref="ConvNet"/>, "vgg 11", "resnet 18", "snn5" or "vggsnn". Swept over perceptrons; for images, give a sweep
    /// choices of your own.
    /// </summary>
    [Choice(["64", "256", "512", "128-128", "256-256", "512-512"], "512-512")]
    public string Network { get; set; } = "512-512";

    /// <summary>The neuron of every hidden layer.</summary>
    [Choice([SweepNeuron.Clif, SweepNeuron.Lif, SweepNeuron.Plif, SweepNeuron.Klif], SweepNeuron.Clif)]
    public SweepNeuron Neuron { get; set; } = SweepNeuron.Clif;

    /// <summary>See <see cref="SpikingClifTrainer.Options.Dropout"/>. From 0 to 0.5.</summary>
    [Range(0, 0.5, init: 0.2)]
    public double Dropout { get; set; } = 0.2;

    /// <summary>See <see cref="SpikingClifTrainer.Options.BatchSize"/>.</summary>
    [Choice([32, 64, 128, 256], 64)]
    public int BatchSize { get; set; } = 64;

    /// <summary>See <see cref="SpikingClifTrainer.Options.LabelSmoothing"/>. From 0 to 0.2.</summary>
    [Range(0, 0.2, init: 0.0)]
    public double LabelSmoothing { get; set; }

    /// <summary>
    /// How strongly training rows are changed at random, from 0, not at all, to 1. It scales the pixels and alphas of the
    /// <see cref="SpikingClifTrainer.Options.Augmentation"/> that is given to <see cref="ToOptions"/>, whose flips and
    /// TrivialAugment are there at any strength but 0; where that is null, it is mixup, which suits rows of any kind, with an
    /// alpha of up to 0.4.
    /// </summary>
    [Range(0, 1.0, init: 0.0)]
    public double AugmentationStrength { get; set; }

    /// <summary>The options of a trainer with these values.</summary>
    /// <param name="others">
    /// Everything that is not in this class, such as the columns; it is not changed. The settings of the neuron are taken from
    /// it where it has a neuron of the same kind. Null for the defaults.
    /// </param>
    /// <exception cref="ArgumentException"><see cref="Network"/> names no network, or <see cref="Neuron"/> no neuron.</exception>
    public SpikingClifTrainer.Options ToOptions(SpikingClifTrainer.Options? others = null)
    {
        SpikingClifTrainer.Options options = (others ?? new()).Copy();
        foreach (Action<SpikingClifSweepOptions, SpikingClifTrainer.Options> apply in Setters.Values)
        {
            apply(this, options);
        }
        return options;
    }

    /// <summary>
    /// The factory that ML.NET's AutoML takes: <c>ml.Auto().CreateSweepableEstimator(SpikingClifSweepOptions.Factory(),
    /// new SearchSpace&lt;SpikingClifSweepOptions&gt;())</c>.
    /// </summary>
    /// <param name="others">See <see cref="ToOptions"/>.</param>
    /// <returns>
    /// Makes a trainer in the context that it is given. A training that diverges gives a network that scores all classes
    /// alike, instead of an exception, which would end AutoML's experiment.
    /// </returns>
    public static Func<MLContext, SpikingClifSweepOptions, IEstimator<ITransformer>> Factory(
        SpikingClifTrainer.Options? others = null)
    {
        SpikingClifTrainer.Options copy = (others ?? new()).Copy();
        return (context, swept) => new ForgivingTrainer(context.MulticlassClassification.Trainers.SpikingClif(swept.ToOptions(copy)));
    }

    /// <summary>The values that the options of a trainer have; those of the defaults where this class cannot say them.</summary>
    internal static SpikingClifSweepOptions Of(SpikingClifTrainer.Options options) => new()
    {
        LearningRate = options.LearningRate,
        WeightDecay = options.WeightDecay,
        TimeSteps = options.TimeSteps,
        Network = NetworkText.Of(options.Network) ?? "512-512",
        Neuron = KindOf(options.Neuron) ?? SweepNeuron.Clif,
        Dropout = options.Dropout,
        BatchSize = options.BatchSize,
        LabelSmoothing = options.LabelSmoothing,
        AugmentationStrength = options.Augmentation is null ? 0 : 1,
    };

    /// <summary>How each property, by its name, becomes part of the options.</summary>
    internal static IReadOnlyDictionary<string, Action<SpikingClifSweepOptions, SpikingClifTrainer.Options>> Setters { get; } =
        new Dictionary<string, Action<SpikingClifSweepOptions, SpikingClifTrainer.Options>>
        {
            [nameof(LearningRate)] = (swept, options) => options.LearningRate = swept.LearningRate,
            [nameof(WeightDecay)] = (swept, options) => options.WeightDecay = swept.WeightDecay,
            [nameof(TimeSteps)] = (swept, options) => options.TimeSteps = swept.TimeSteps,
            [nameof(Network)] = (swept, options) => options.Network = NetworkText.Parse(swept.Network),
            [nameof(Neuron)] = (swept, options) => options.Neuron =
                KindOf(options.Neuron) == swept.Neuron ? options.Neuron : New(swept.Neuron),
            [nameof(Dropout)] = (swept, options) => options.Dropout = swept.Dropout,
            [nameof(BatchSize)] = (swept, options) => options.BatchSize = swept.BatchSize,
            [nameof(LabelSmoothing)] = (swept, options) => options.LabelSmoothing = swept.LabelSmoothing,
            [nameof(AugmentationStrength)] = (swept, options) => options.Augmentation =
                Scaled(options.Augmentation, swept.AugmentationStrength),
        };

    private static ImageAugmentation? Scaled(ImageAugmentation? full, double strength)
    {
        if (strength == 0)
        {
            return null;
        }
        full ??= new ImageAugmentation { MixupAlpha = StrongestMixup };
        return full with
        {
            CropPadding = (int)Math.Round(strength * full.CropPadding),
            CutoutSize = (int)Math.Round(strength * full.CutoutSize),
            MixupAlpha = strength * full.MixupAlpha,
            CutmixAlpha = strength * full.CutmixAlpha,
        };
    }

    private static SweepNeuron? KindOf(NeuronDefinition neuron) => neuron switch
    {
        ClifNeuron => SweepNeuron.Clif,
        LifNeuron => SweepNeuron.Lif,
        PlifNeuron => SweepNeuron.Plif,
        KlifNeuron => SweepNeuron.Klif,
        IfNeuron => SweepNeuron.If,
        _ => null,
    };

    private static NeuronDefinition New(SweepNeuron neuron) => neuron switch
    {
        SweepNeuron.Clif => new ClifNeuron(),
        SweepNeuron.Lif => new LifNeuron(),
        SweepNeuron.Plif => new PlifNeuron(),
        SweepNeuron.Klif => new KlifNeuron(),
        SweepNeuron.If => new IfNeuron(),
        _ => throw new ArgumentException($"There is no neuron {neuron}; choose one of {string.Join(", ", Enum.GetNames<SweepNeuron>())}."),
    };
}
