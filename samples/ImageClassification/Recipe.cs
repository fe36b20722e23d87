using Microsoft.ML.Spiking;


namespace ImageClassification;

/// <summary>The trainer's options, from a recipe and the command line.</summary>
internal static class Recipe
{
    private const string SmallName = "small";
    private const int SmallRows = 1_000;

    /// <summary>The recipes by their names on the command line.</summary>
    public static readonly IReadOnlyDictionary<string, Func<SpikingClifTrainer.Options>> Named =
        new Dictionary<string, Func<SpikingClifTrainer.Options>>
        {
            [SmallName] = Small,
            ["cifar10"] = () => SpikingClifRecipes.Cifar10(),
            ["cifar10-mixing"] = () => SpikingClifRecipes.Cifar10(isMixing: true),
            ["cifar100"] = () => SpikingClifRecipes.Cifar100(),
            ["cifar100-mixing"] = () => SpikingClifRecipes.Cifar100(isMixing: true),
        };

    /// <summary>The networks by their names on the command line.</summary>
    public static readonly IReadOnlyDictionary<string, NetworkTemplate> Networks =
        new Dictionary<string, NetworkTemplate>
        {
            ["conv"] = new ConvNet(16, 64, 128),
            ["snn5"] = new Snn5(),
            ["vgg11"] = new SpikingVgg(11),
            ["vgg13"] = new SpikingVgg(13),
            ["vgg16"] = new SpikingVgg(16),
            ["vgg19"] = new SpikingVgg(19),
            ["resnet18"] = new SpikingResNet(18),
            ["resnet34"] = new SpikingResNet(34),
            ["resnet50"] = new SpikingResNet(50),
            ["resnet101"] = new SpikingResNet(101),
            ["resnet152"] = new SpikingResNet(152),
        };

    /// <summary>The neurons by their names on the command line.</summary>
    public static readonly IReadOnlyDictionary<string, Func<SurrogateGradient, NeuronDefinition>> Neurons =
        new Dictionary<string, Func<SurrogateGradient, NeuronDefinition>>
        {
            ["clif"] = surrogate => new ClifNeuron { Surrogate = surrogate },
            ["lif"] = surrogate => new LifNeuron { Surrogate = surrogate },
            ["plif"] = surrogate => new PlifNeuron { Surrogate = surrogate },
            ["klif"] = surrogate => new KlifNeuron { Surrogate = surrogate },
            ["if"] = surrogate => new IfNeuron { Surrogate = surrogate },
        };

    /// <summary>The devices by their names on the command line.</summary>
    public static readonly IReadOnlyDictionary<string, ComputeDevice> Devices = new Dictionary<string, ComputeDevice>
    {
        ["auto"] = ComputeDevice.Auto,
        ["cpu"] = ComputeDevice.Cpu,
        ["cuda"] = ComputeDevice.Cuda,
    };

    /// <summary>The precisions by their names on the command line.</summary>
    public static readonly IReadOnlyDictionary<string, TrainingPrecision> Precisions =
        new Dictionary<string, TrainingPrecision>
        {
            ["float32"] = TrainingPrecision.Full,
            ["bfloat16"] = TrainingPrecision.BFloat16,
        };

    /// <summary>Images of each class to train with; null for all.</summary>
    public static int? Rows(Arguments arguments) =>
        arguments.Rows ?? (arguments.Recipe == SmallName ? SmallRows : null);

    /// <summary>Returns the options, without the program's own callbacks.</summary>
    public static SpikingClifTrainer.Options Options(Arguments arguments)
    {
        SpikingClifTrainer.Options options = Named[arguments.Recipe]();
        if (arguments.Network is string network)
        {
            options.Network = Networks[network];
        }
        if (arguments.Neuron is string neuron)
        {
            options.Neuron = Neurons[neuron](((SpikingNeuronDefinition)options.Neuron).Surrogate);
        }
        options.TimeSteps = arguments.TimeSteps ?? options.TimeSteps;
        options.Epochs = arguments.Epochs ?? options.Epochs;
        options.BatchSize = arguments.BatchSize ?? options.BatchSize;
        options.LearningRate = arguments.LearningRate ?? options.LearningRate;
        options.Device = Devices[arguments.Device];
        options.Precision = Precisions[arguments.Precision];
        options.NumberOfThreads = arguments.Threads;
        options.Seed = arguments.Seed;
        return options;
    }

    private static SpikingClifTrainer.Options Small() => new()
    {
        Network = Networks["conv"],
        TimeSteps = 4,
        Epochs = 15,
        InputNormalization = new ChannelNormalization(), // measured on the training images, saved with the model
        Augmentation = new ImageAugmentation { CropPadding = 2, HorizontalFlip = true },
    };
}
