namespace Microsoft.ML.Spiking;

/// <summary>
/// The settings of the CLIF paper for its five data sets, as options that can be changed further. All have in common:
/// CLIF neurons with time constant 2, soft reset and the rectangle as surrogate gradient; SGD with momentum 0.9; a
/// cosine schedule; and the loss with lambda 0.05 and a constant target.
/// </summary>
/// <remarks>
/// <para>Source: Huang et al., ICML 2024, arXiv 2402.04663, and the authors' code. What differs from it: training is in
/// single precision; the learning rate changes with every step, not every epoch; images are normalized with the mean
/// and deviation of each channel as measured on the training rows, so that pixels may be from 0 to 255 or from 0 to 1;
/// and the methods name what of the augmentation differs.</para>
/// <para>Features of any column type but [channels, height, width] or [time steps, channels, height, width] need
/// <see cref="SpikingClifTrainer.Options.InputShape"/>.</para>
/// </remarks>
public static class SpikingClifRecipes
{
    /// <summary>
    /// CIFAR-10, [3, 32, 32]: ResNet-18, 6 time steps, learning rate 0.1, batches of 128, 200 epochs, weight decay
    /// 5e-5.
    /// </summary>
    /// <param name="isMixing">
    /// False for the first recipe: random crop with padding 4, flip, cutout of 16 after the normalization (the authors'
    /// code erases a rectangle of random shape and color from half of the images). True for the second: flip,
    /// TrivialAugment, and mixup with alpha 0.2 or cutmix with alpha 1 for each batch; of the authors' second recipe,
    /// random erasing is missing.
    /// </param>
    public static SpikingClifTrainer.Options Cifar10(bool isMixing = false) =>
        Cifar(weightDecay: 5e-5, cutout: 16, isMixing);

    /// <summary>
    /// CIFAR-100, [3, 32, 32]: as <see cref="Cifar10"/>, but with weight decay 5e-4 and cutout of 8, the size that
    /// suits these data in cutout's paper.
    /// </summary>
    /// <param name="isMixing">Which augmentation; see <see cref="Cifar10"/>.</param>
    public static SpikingClifTrainer.Options Cifar100(bool isMixing = false) =>
        Cifar(weightDecay: 5e-4, cutout: 8, isMixing);

    /// <summary>
    /// Tiny-ImageNet, [3, 64, 64]: VGG-13, 6 time steps, learning rate 0.1, batches of 256, 300 epochs, weight decay
    /// 5e-4, horizontal flip (the authors' random crop has no padding, and so does nothing).
    /// </summary>
    public static SpikingClifTrainer.Options TinyImageNet()
    {
        SpikingClifTrainer.Options options = Common(new SpikingVgg(13), timeSteps: 6, epochs: 300, weightDecay: 5e-4);
        options.BatchSize = 256;
        options.InputNormalization = new ChannelNormalization();
        options.Augmentation = new ImageAugmentation { HorizontalFlip = true };
        return options;
    }

    /// <summary>
    /// DVS-CIFAR10, [10, 2, 48, 48]: VGG-11, 10 time steps, learning rate 0.05, batches of 128, 300 epochs, weight
    /// decay 5e-4, dropout 0.3, no normalization; horizontal flip, a roll of up to 5 pixels, and nothing, a rotation or
    /// a shear of up to 30 degrees. That is the authors' augmentation of frames that were stored. Their reader of
    /// recordings resizes frames as if they were gray pictures with opacity and rotates them to other sizes, which is
    /// not repeated here; the package Microsoft.ML.Spiking.Events has its frames for comparison.
    /// </summary>
    public static SpikingClifTrainer.Options DvsCifar10()
    {
        SpikingClifTrainer.Options options = Common(new SpikingVgg(11), timeSteps: 10, epochs: 300, weightDecay: 5e-4);
        options.LearningRate = 0.05;
        options.Dropout = 0.3;
        options.Augmentation = new ImageAugmentation
        {
            HorizontalFlip = true,
            Events = new EventAugmentation
            {
                Roll = 5,
                Rotation = 30,
                Shear = 30,
                Geometry = EventGeometry.RollThenOneOf,
            },
        };
        return options;
    }

    /// <summary>
    /// DVS-Gesture, [20, 2, 128, 128]: VGG-11, 20 time steps, learning rate 0.1, batches of 16, 300 epochs, weight
    /// decay 5e-4, dropout 0.4, no normalization and no augmentation: the gestures of the left hand are not those of
    /// the right.
    /// </summary>
    public static SpikingClifTrainer.Options DvsGesture()
    {
        SpikingClifTrainer.Options options = Common(new SpikingVgg(11), timeSteps: 20, epochs: 300, weightDecay: 5e-4);
        options.BatchSize = 16;
        options.Dropout = 0.4;
        return options;
    }

    private static SpikingClifTrainer.Options Cifar(double weightDecay, int cutout, bool isMixing)
    {
        SpikingClifTrainer.Options options = Common(new SpikingResNet(18), timeSteps: 6, epochs: 200, weightDecay);
        options.InputNormalization = new ChannelNormalization();
        options.Augmentation = isMixing
            ? new ImageAugmentation { HorizontalFlip = true, TrivialAugment = true, MixupAlpha = 0.2, CutmixAlpha = 1 }
            : new ImageAugmentation { CropPadding = 4, HorizontalFlip = true, CutoutSize = cutout };
        return options;
    }

    private static SpikingClifTrainer.Options Common(
        NetworkTemplate network, int timeSteps, int epochs, double weightDecay) => new()
        {
            Network = network,
            Neuron = new ClifNeuron { MembraneTimeConstant = 2, Surrogate = new RectangleSurrogate() },
            TimeSteps = timeSteps,
            InputNormalization = null,
            Optimizer = OptimizerKind.Sgd,
            Momentum = 0.9,
            LearningRate = 0.1,
            Schedule = LearningRateSchedule.Cosine,
            BatchSize = 128,
            Epochs = epochs,
            WeightDecay = weightDecay,
            Dropout = 0,
            LossLambda = 0.05,
            LossTarget = LossTarget.Constant,
        };
}
