using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Plans;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A writer of a <see cref="LayeredNetwork"/>, layer by layer. Sizes follow from what arrives; whether they fit is
/// checked by <see cref="Build(IReadOnlyList{int})"/>, or else when the network is bound to the data, and the message
/// then names the layer. The readout is added automatically.
/// </summary>
/// <example>
/// <code>
/// Network = new NetworkBuilder()
///     .Convolution(32, kernel: 3, padding: 1).BatchNorm().Neuron().AveragePool(2)
///     .Residual(main => main.Convolution(32, kernel: 3, padding: 1).BatchNorm().Neuron())
///     .Build(3, 32, 32)
/// </code>
/// </example>
public sealed class NetworkBuilder
{
    private readonly List<LayerPlan> _layers = [];

    /// <summary>Adds a convolution; see <see cref="ConvolutionLayer"/>.</summary>
    /// <param name="channels">Channels of the leaving image; at least 1, a multiple of the groups.</param>
    /// <param name="kernel">Its size; at least 1x1. A number stands for height and width.</param>
    /// <param name="stride">From one place of the kernel to the next; at least 1x1. Null for 1x1.</param>
    /// <param name="padding">Zeros at every edge of the image; at least 0x0. Null for none.</param>
    /// <param name="groups">Parts into which the channels fall; at least 1.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    /// <param name="weights">How the weights start before training.</param>
    public NetworkBuilder Convolution(int channels, Extent kernel, Extent? stride = null, Extent? padding = null,
        int groups = 1, bool hasBias = true, WeightDistribution weights = WeightDistribution.Uniform) =>
        Add(new ConvolutionPlan(channels, kernel, stride ?? 1, padding ?? 0, groups, hasBias)
        {
            InitialWeights = weights,
        });

    /// <summary>Adds a fully connected layer over a vector; see <see cref="LinearLayer"/>.</summary>
    /// <param name="outputs">Length of the leaving vector; at least 1.</param>
    /// <param name="hasBias">Whether a bias is added.</param>
    /// <param name="weights">How the weights start before training.</param>
    public NetworkBuilder Linear(
        int outputs, bool hasBias = true, WeightDistribution weights = WeightDistribution.Uniform) =>
        Add(new LinearPlan(outputs, hasBias) { InitialWeights = weights });

    /// <summary>Adds a batch normalization of images or vectors; see <see cref="BatchNormLayer"/>.</summary>
    public NetworkBuilder BatchNorm() => Add(new BatchNormPlan());

    /// <summary>Adds neurons.</summary>
    /// <param name="neuron">The neuron; null for that of the options.</param>
    public NetworkBuilder Neuron(NeuronDefinition? neuron = null) => Add(new NeuronPlan(neuron));

    /// <summary>
    /// Adds neurons, as many as values arrive, with weights between them; see <see cref="RecurrentLayer"/>.
    /// </summary>
    /// <param name="neuron">The neuron, which spikes; null for that of the options.</param>
    public NetworkBuilder Recurrent(NeuronDefinition? neuron = null) => Add(new RecurrentPlan(neuron));

    /// <summary>Adds a gated recurrent layer over a vector; see <see cref="GatedRecurrentLayer"/>.</summary>
    /// <param name="outputs">Length of the leaving vector; at least 1.</param>
    /// <param name="outputBits">Bits of a value with its sign, from 2 to 16.</param>
    /// <param name="threshold">Rounded values up to that one are 0; from 0 to below 2^(bits - 1).</param>
    /// <param name="hasRecurrentWeights">Whether the step before reaches gate and candidate.</param>
    public NetworkBuilder GatedRecurrent(
        int outputs, int outputBits = 6, int threshold = 0, bool hasRecurrentWeights = true) =>
        Add(new GatedRecurrentPlan(outputs, outputBits, threshold, hasRecurrentWeights));

    /// <summary>
    /// Adds neurons, as many as values arrive, that settle under weights between them; see <see cref="FeedbackLayer"/>.
    /// </summary>
    /// <param name="threshold">The potential at which a neuron fires; greater than 0.</param>
    /// <param name="leak">The part of the potential that a step keeps; greater than 0, at most 1.</param>
    /// <param name="isAtEquilibrium">Whether the equilibrium leaves, and no time step is taken.</param>
    public NetworkBuilder Feedback(double threshold = 1, double leak = 1, bool isAtEquilibrium = false) =>
        Add(new FeedbackPlan(threshold, leak, isAtEquilibrium));

    /// <summary>Adds an average pooling; see <see cref="AveragePoolLayer"/>.</summary>
    /// <param name="kernel">The window's size; at least 1x1. A number stands for height and width.</param>
    /// <param name="stride">From one window to the next; at least 1x1. Null for the window's size.</param>
    public NetworkBuilder AveragePool(Extent kernel, Extent? stride = null) =>
        Add(new AveragePoolPlan(kernel, stride ?? kernel));

    /// <summary>Adds a maximum pooling; see <see cref="MaxPoolLayer"/>.</summary>
    /// <param name="kernel">The window's size; at least 1x1. A number stands for height and width.</param>
    /// <param name="stride">From one window to the next; at least 1x1. Null for the window's size.</param>
    /// <param name="padding">
    /// How far windows reach over every edge; at most half the kernel. Null for not at all.
    /// </param>
    public NetworkBuilder MaxPool(Extent kernel, Extent? stride = null, Extent? padding = null) =>
        Add(new MaxPoolPlan(kernel, stride ?? kernel, padding ?? 0));

    /// <summary>Adds an average pooling to a fixed size; see <see cref="AdaptiveAveragePoolLayer"/>.</summary>
    /// <param name="output">The leaving image's size; at least 1x1. A number stands for height and width.</param>
    public NetworkBuilder AdaptiveAveragePool(Extent output) => Add(new AdaptiveAveragePoolPlan(output));

    /// <summary>Adds a layer that makes a vector of an image.</summary>
    public NetworkBuilder Flatten() => Add(new FlattenPlan());

    /// <summary>Adds dropout; see <see cref="DropoutLayer"/>.</summary>
    /// <param name="rate">
    /// The part that is dropped, from 0 up to, but not including, 1; null for that of the options.
    /// </param>
    public NetworkBuilder Dropout(double? rate = null) => Add(new DropoutPlan(rate));

    /// <summary>Adds two paths whose ends are summed; see <see cref="ResidualLayer"/>.</summary>
    /// <param name="main">Writes the main path.</param>
    /// <param name="shortcut">Writes the shortcut; null to hand on what arrives.</param>
    public NetworkBuilder Residual(
        Func<NetworkBuilder, NetworkBuilder> main, Func<NetworkBuilder, NetworkBuilder>? shortcut = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        return Add(new ResidualPlan([.. main(new())._layers], shortcut is null ? [] : [.. shortcut(new())._layers]));
    }

    /// <summary>
    /// Returns the template of the layers added so far, for data of any shape; the trainer checks whether it fits.
    /// </summary>
    public LayeredNetwork Build() => new(_layers);

    /// <summary>Returns the template of the layers added so far, after it was checked on data of that shape.</summary>
    /// <param name="inputShape">
    /// Of one time step of a row: [channels, height, width], or [features]; each at least 1. The template itself
    /// remains one for data of any shape.
    /// </param>
    /// <exception cref="NetworkDefinitionException">
    /// A layer does not fit on what arrives at it; the message names it.
    /// </exception>
    public LayeredNetwork Build(params IReadOnlyList<int> inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        LayeredNetwork network = Build();
        // Shapes depend on nothing else.
        network.Bind(new(inputShape, ClassCount: 2, TimeSteps: 1, new DirectEncoder(), new ClifNeuron(), Dropout: 0));
        return network;
    }

    private NetworkBuilder Add(LayerPlan layer)
    {
        _layers.Add(layer);
        return this;
    }
}
