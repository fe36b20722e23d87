using Microsoft.ML.Spiking.Training.Methods;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A trained model that a network learns from besides the labels: from its logits, and from the output of its last
/// neurons. The latter is restored from the student's blurred mean spikes by a small network that is trained along with
/// the student and dropped afterwards.
/// </summary>
/// <remarks>
/// <code>
/// loss += LogitWeight temperature^2 mean over rows of w CE(softmax(teacher / temperature), student / temperature)
///      +  FeatureWeight mean over rows and values of (restored - teacher's)^2
/// w = 1 - exp(-CE of the student / CE of the teacher)
/// restored = C(relu(C(mask * mean over time of the spikes)))
/// </code>
/// C is a 3x3 convolution, or a linear layer where the neurons are not an image; the mask drops whole channels (values,
/// of vectors) of a row with the probability <see cref="Blur"/>. The teacher runs on the same augmented rows, without
/// gradients. The trained model contains nothing of it.
/// Source: Xu et al., "Reconstruction-based knowledge distillation of spiking networks by blurred features" (BKD),
/// arXiv 2407.09083, with the mean of squares instead of their sum.
/// </remarks>
public sealed class Teacher
{
    private readonly SpikingModelParameters? _network;
    private readonly ITeacherModel? _other;

    /// <summary>Creates a teacher of a trained network, spiking or of <see cref="ReluNeuron"/>.</summary>
    /// <param name="model">It takes the same rows and has the same classes in the same order.</param>
    public Teacher(SpikingModelParameters model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _network = model;
    }

    /// <summary>Creates a teacher of another kind of model, which teaches by its logits alone.</summary>
    /// <param name="model">It takes the same rows and has the same classes in the same order.</param>
    public Teacher(ITeacherModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        _other = model;
    }

    /// <summary>
    /// Gets the weight of the squared error of restored features, from 0 to 10,000; 0 for a teacher that is not a
    /// network of this library. Default 0.
    /// </summary>
    public double FeatureWeight { get; init; }

    /// <summary>Gets the weight of the cross entropy with the teacher's scores, from 0 to 10,000. Default 1.</summary>
    public double LogitWeight { get; init; } = 1;

    /// <summary>Gets the number that logits are divided by for comparison, from 0.01 to 100. Default 2.</summary>
    public double Temperature { get; init; } = 2;

    /// <summary>
    /// Gets the probability with which a channel's mean spikes are dropped before features are restored, from 0 up to,
    /// but not including, 1. Default 0.15.
    /// </summary>
    public double Blur { get; init; } = 0.15;

    /// <summary>Gets the teacher as the training sees it.</summary>
    internal TeacherSettings Settings => new()
    {
        Network = _network?.Network,
        Weights = _network?.Weights,
        Other = _other,
        FeatureWeight = FeatureWeight,
        LogitWeight = LogitWeight,
        Temperature = Temperature,
        Blur = Blur,
    };

    /// <summary>Returns one sentence for each value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        foreach ((double weight, string name) in new[]
            { (FeatureWeight, nameof(FeatureWeight)), (LogitWeight, nameof(LogitWeight)) })
        {
            if (!(weight is >= 0 and <= 10_000))
            {
                yield return Invariant($"{nameof(Teacher)}.{name} is {weight}; it must be from 0 to 10,000.");
            }
        }
        if (!(Temperature is >= 0.01 and <= 100))
        {
            yield return Invariant($"{nameof(Teacher)}.{nameof(Temperature)} is {Temperature}; ") +
                "it must be from 0.01 to 100.";
        }
        if (!OptionRanges.IsShareBelowOne(Blur))
        {
            yield return Invariant($"{nameof(Teacher)}.{nameof(Blur)} is {Blur}; it must be from 0 up to, but not ") +
                "including, 1.";
        }
        if (FeatureWeight > 0 && _other is not null)
        {
            yield return Invariant($"{nameof(Teacher)}.{nameof(FeatureWeight)} is {FeatureWeight}, but the teacher ") +
                $"is a {_other.GetType().Name}, which gives logits alone; set it to 0.";
        }
    }
}
