using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.Spiking.Sweeps.Space;

namespace Microsoft.ML.Spiking.Sweeps;

/// <summary>
/// The options of <see cref="SpikingClifTrainer.Options"/> that are worth sweeping, with the ranges to sweep them over.
/// The attributes are ML.NET's own, so ML.NET's AutoML can sweep this class as well as <see cref="SweepCatalog"/> can:
/// see <see cref="Factory"/>. The defaults are the trainer's.
/// </summary>
public sealed class SpikingClifSweepOptions
{
    /// <summary>Mixup's alpha at full strength, for options that have no augmentation of their own.</summary>
    private const double StrongestMixup = 0.4;

    /// <summary>
    /// Gets or sets <see cref="SpikingClifTrainer.Options.LearningRate"/>. From 0.0001 to 0.1, on a logarithmic scale.
    /// </summary>
    [Range(1e-4, 0.1, init: 0.002, logBase: true)]
    public double LearningRate { get; set; } = 0.002;

    /// <summary>
    /// Gets or sets <see cref="SpikingClifTrainer.Options.WeightDecay"/>. From 1e-6 to 0.01, on a logarithmic scale.
    /// </summary>
    [Range(1e-6, 0.01, init: 1e-4, logBase: true)]
    public double WeightDecay { get; set; } = 1e-4;

    /// <summary>Gets or sets <see cref="SpikingClifTrainer.Options.TimeSteps"/>. From 1 to 8.</summary>
    [Range(1, 8, init: 4)]
    public int TimeSteps { get; set; } = 4;

    /// <summary>
    /// Gets or sets the network: "512-512" for the hidden layers of an <see cref="Mlp"/>, "conv 32-64" for the channels
    /// of a <see cref="ConvNet"/>, "vgg 11", "resnet 18", "snn5" or "vggsnn". Swept over perceptrons; for images, give
    /// a sweep choices of your own.
    /// </summary>
    [Choice(["64", "256", "512", "128-128", "256-128", "256-256", "512-512"], "512-512")]
    public string Network { get; set; } = "512-512";

    /// <summary>Gets or sets the neuron of every hidden layer.</summary>
    [Choice([SweepNeuron.Clif, SweepNeuron.Lif, SweepNeuron.Plif, SweepNeuron.Klif], SweepNeuron.Clif)]
    public SweepNeuron Neuron { get; set; } = SweepNeuron.Clif;

    /// <summary>Gets or sets <see cref="SpikingClifTrainer.Options.Dropout"/>. From 0 to 0.5.</summary>
    [Range(0, 0.5, init: 0.2)]
    public double Dropout { get; set; } = 0.2;

    /// <summary>Gets or sets <see cref="SpikingClifTrainer.Options.BatchSize"/>: 32, 64, 128 or 256.</summary>
    [Choice([32, 64, 128, 256], 64)]
    public int BatchSize { get; set; } = 64;

    /// <summary>Gets or sets <see cref="SpikingClifTrainer.Options.LabelSmoothing"/>. From 0 to 0.2.</summary>
    [Range(0, 0.2, init: 0.0)]
    public double LabelSmoothing { get; set; }

    /// <summary>
    /// Gets or sets the receptive fields of each number, by a <see cref="PopulationEncoder"/>: 8, 16 or 32, or 0 for
    /// none. For vectors of at most 512 features alone, as tables have; of no effect where
    /// <see cref="SpikingClifTrainer.Options.Encoder"/> is set to another encoder than that one or the
    /// <see cref="DirectEncoder"/>.
    /// </summary>
    [Choice([0, 8, 16, 32], 8)]
    public int ReceptiveFields { get; set; } = 8;

    /// <summary>
    /// Gets or sets how strongly training rows are changed at random, from 0 (not at all) to 1. It scales the pixels
    /// and alphas of the <see cref="SpikingClifTrainer.Options.Augmentation"/> passed to <see cref="ToOptions"/>, whose
    /// flips and TrivialAugment apply at any strength but 0; without one, it is mixup, which suits rows of any kind,
    /// with an alpha of up to 0.4.
    /// </summary>
    [Range(0, 1.0, init: 0.0)]
    public double AugmentationStrength { get; set; }

    /// <summary>
    /// Gets or sets <see cref="SpikingClifTrainer.Options.GradientHorizon"/>; null (the default) for that of the other
    /// options. It is not swept unless a space names its values, because a cut gradient takes longer and seldom helps:
    /// <c>SweepSpace.Default.WholeNumbers(nameof(SpikingClifSweepOptions.GradientHorizon), 0, 3)</c>.
    /// </summary>
    public int? GradientHorizon { get; set; }

    /// <summary>Returns the options of a trainer with these values.</summary>
    /// <param name="others">
    /// Everything that is not in this class, such as the columns; it is not changed. The settings of the neuron are
    /// taken from it if its neuron is of the same kind. Null for the defaults.
    /// </param>
    /// <returns>New options.</returns>
    /// <exception cref="ArgumentException">
    /// <see cref="Network"/> does not name a network, or <see cref="Neuron"/> is not a neuron.
    /// </exception>
    public SpikingClifTrainer.Options ToOptions(SpikingClifTrainer.Options? others = null)
    {
        SpikingClifTrainer.Options options = (others ?? new()).Copy();
        foreach (SweptProperty swept in SweptProperty.All.Values)
        {
            swept.Apply(options, swept.Property.GetValue(this)!);
        }
        return options;
    }

    /// <summary>
    /// Returns the factory that ML.NET's AutoML takes:
    /// <c>ml.Auto().CreateSweepableEstimator(SpikingClifSweepOptions.Factory(), new
    /// SearchSpace&lt;SpikingClifSweepOptions&gt;())</c>.
    /// </summary>
    /// <param name="others">See <see cref="ToOptions"/>.</param>
    /// <returns>
    /// A function that makes a trainer in the context that it is given. A training that diverges gives a network that
    /// scores all classes alike, instead of an exception, which would end AutoML's experiment.
    /// </returns>
    public static Func<MLContext, SpikingClifSweepOptions, IEstimator<ITransformer>> Factory(
        SpikingClifTrainer.Options? others = null)
    {
        SpikingClifTrainer.Options copy = (others ?? new()).Copy();
        return (context, swept) =>
            new ForgivingTrainer(context.MulticlassClassification.Trainers.SpikingClif(swept.ToOptions(copy)));
    }

    /// <summary>Returns what a property stands for in a trainer's options.</summary>
    internal static SweptProperty Swept(PropertyInfo property) => property.Name switch
    {
        nameof(LearningRate) => new(property, o => o.LearningRate, (o, value) => o.LearningRate = (double)value),
        nameof(WeightDecay) => new(property, o => o.WeightDecay, (o, value) => o.WeightDecay = (double)value),
        nameof(TimeSteps) => new(property, o => o.TimeSteps, (o, value) => o.TimeSteps = (int)value),
        nameof(Network) =>
            new(property, o => NetworkText.Of(o.Network), (o, value) => o.Network = NetworkText.Parse((string)value)),
        nameof(Neuron) => new(property, o => KindOf(o.Neuron),
            (o, value) => o.Neuron = KindOf(o.Neuron) == (SweepNeuron)value ? o.Neuron : New((SweepNeuron)value)),
        nameof(Dropout) => new(property, o => o.Dropout, (o, value) => o.Dropout = (double)value),
        nameof(BatchSize) => new(property, o => o.BatchSize, (o, value) => o.BatchSize = (int)value),
        nameof(LabelSmoothing) => new(property, o => o.LabelSmoothing, (o, value) => o.LabelSmoothing = (double)value),
        nameof(ReceptiveFields) => new(property, FieldsOf, (o, value) => SetFields(o, (int)value)),
        nameof(GradientHorizon) => new(property, o => o.GradientHorizon,
            (o, value) => o.GradientHorizon = (int?)value ?? o.GradientHorizon),
        nameof(AugmentationStrength) => new(property, o => o.Augmentation is null ? 0.0 : 1.0,
            (o, value) => o.Augmentation = Scaled(o.Augmentation, (double)value)),
        _ => throw new NotSupportedException($"{property.Name} is not connected to the trainer's options."),
    };

    private static object? FieldsOf(SpikingClifTrainer.Options options) => options.Encoder switch
    {
        PopulationEncoder population => population.Fields,
        DirectEncoder when options.IsEncoderChosen => 0,
        DirectEncoder => options.TableFields ?? (options.Epochs is null ? SpikingClifTrainer.Defaults.Fields : 0),
        _ => null,
    };

    // Images and series have no fields: an encoder that is set would refuse them.
    private static void SetFields(SpikingClifTrainer.Options options, int fields)
    {
        if (!options.IsEncoderChosen)
        {
            options.TableFields = fields;
        }
        else if (options.Encoder is PopulationEncoder or DirectEncoder)
        {
            int trees = (options.Encoder as PopulationEncoder)?.Trees ?? 0;
            options.Encoder = fields == 0 ? new DirectEncoder() : new PopulationEncoder(fields) { Trees = trees };
        }
    }

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
        _ => throw new ArgumentException(
            $"There is no neuron {neuron}; choose one of {string.Join(", ", Enum.GetNames<SweepNeuron>())}."),
    };

    /// <summary>
    /// A trainer whose trainings always give a model: one that diverges gives a network that has learned nothing.
    /// </summary>
    private sealed class ForgivingTrainer(SpikingClifTrainer trainer) : IEstimator<ITransformer>
    {
        public ITransformer Fit(IDataView input)
        {
            try
            {
                return trainer.Fit(input);
            }
            catch (TrainingDivergedException)
            {
                return trainer.Untrained(input);
            }
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => trainer.GetOutputSchema(inputSchema);
    }
}

/// <summary>The neurons that a sweep can choose from. In JSON they are written by name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SweepNeuron>))]
public enum SweepNeuron
{
    /// <summary><see cref="ClifNeuron"/>.</summary>
    Clif,

    /// <summary><see cref="LifNeuron"/>.</summary>
    Lif,

    /// <summary><see cref="PlifNeuron"/>.</summary>
    Plif,

    /// <summary><see cref="KlifNeuron"/>.</summary>
    Klif,

    /// <summary><see cref="IfNeuron"/>.</summary>
    If,
}
