using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Networks.Definition;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Scoring.Streams;
using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>
/// A live scorer: takes the time steps of a row as they arrive, keeps the neurons' state between them, and gives the
/// scores of the row so far after each. After T steps they are those that the model gives the whole row, to the last
/// bit.
/// </summary>
/// <remarks>
/// Streams of a model share its weights and may run on different threads; one stream is for one thread at a time. After
/// the first steps no memory is allocated. It is managed code on the processor, whatever scores the model's rows.
/// </remarks>
/// <seealso cref="SpikingModelParameters.CreateStream"/>
public sealed class SpikingStream
{
    // Up to here a float counts spikes one by one.
    private const int MostSteps = 1 << 24;

    private readonly StreamPlan _plan;
    private readonly AlignedFloats _state;
    private readonly float[] _scores;
    private readonly float[] _planar;
    private readonly bool _isInterleaved;
    private readonly SpikingStreamOptions _options;
    private readonly int _lastStep;
    private StreamReset _pendingReset;
    private TimeSpan? _lastTime;
    private int _leader;
    private int _unchanged;

    internal SpikingStream(NetworkDefinition network, StreamPlan plan, SpikingStreamOptions options)
    {
        options.Check();
        _plan = plan;
        _options = options;
        _lastStep = options.MaximumSteps ?? network.TimeSteps;
        _isInterleaved = network.PixelOrder == PixelOrder.Interleaved;
        InputShape = network.InputShape;
        ValueCount = Shapes.Size(network.InputShape);
        ClassCount = network.ClassCount;
        _scores = new float[ClassCount];
        _planar = _isInterleaved ? new float[ValueCount] : [];
        _state = new AlignedFloats(plan.StateLength);
        plan.Reset(_state);
    }

    /// <summary>Gets the shape of a step: [features] or [channels, height, width].</summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>Gets the number of values of a step.</summary>
    public int ValueCount { get; }

    /// <summary>Gets the number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>Gets the number of steps since the last reset.</summary>
    public int StepCount { get; private set; }

    /// <summary>
    /// Gets the probabilities of the classes, [classes], of the steps since the last reset; zeros before the first.
    /// </summary>
    public ReadOnlySpan<float> Scores => _scores;

    /// <summary>Gets the class that was decided for since the last reset, from 0; null before the decision.</summary>
    public int? Decision { get; private set; }

    /// <summary>Gets the bytes that this stream takes beside the model: its neurons' state, mostly.</summary>
    public long MemoryBytes => sizeof(float) * (_plan.StateLength + _scores.Length + _planar.Length);

    /// <summary>Takes the next step.</summary>
    /// <param name="values">
    /// [features] or [channels, height, width], row-major; [height, width, channels] where the model takes interleaved
    /// pixels.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The number of values is not <see cref="ValueCount"/>, or a value is not finite. The stream is as it was.
    /// </exception>
    /// <exception cref="InvalidOperationException">There were 2^24 steps without a reset.</exception>
    public StreamStep Push(ReadOnlySpan<float> values) => Push(values, time: null);

    /// <summary>
    /// Takes the next step and its time. Where the time falls, or <see cref="SpikingStreamOptions.MaximumGap"/> is
    /// exceeded, the stream is reset first, and the result says so.
    /// </summary>
    /// <param name="values">See <see cref="Push(ReadOnlySpan{float})"/>.</param>
    /// <param name="time">The step's time, from any origin.</param>
    /// <exception cref="ArgumentException">
    /// The number of values is not <see cref="ValueCount"/>, or a value is not finite. The stream is as it was.
    /// </exception>
    /// <exception cref="InvalidOperationException">There were 2^24 steps without a reset.</exception>
    public StreamStep Push(ReadOnlySpan<float> values, TimeSpan time) => Push(values, (TimeSpan?)time);

    /// <summary>Resets the neurons to their state before the first step.</summary>
    public void Reset() => Reset(StreamReset.Requested);

    private StreamStep Push(ReadOnlySpan<float> values, TimeSpan? time)
    {
        CheckValues(values);
        if (Decision is not null && _options.ResetAfterDecision)
        {
            Reset(StreamReset.Decision);
        }
        if (time is TimeSpan now && _lastTime is TimeSpan last && (now < last || now - last > _options.MaximumGap))
        {
            Reset(now < last ? StreamReset.TimeWentBack : StreamReset.Gap);
        }
        if (StepCount == MostSteps)
        {
            throw new InvalidOperationException(Invariant($"The stream has run for {MostSteps:N0} steps; the means ") +
                "of its spikes would no longer be exact: reset it.");
        }
        _lastTime = time ?? _lastTime;
        StepCount++;
        _plan.Step(InOrder(values), _state, StepCount, _scores);
        return Judge();
    }

    private StreamStep Judge()
    {
        int best = 0;
        for (int i = 1; i < _scores.Length; i++)
        {
            best = _scores[i] > _scores[best] ? i : best;
        }
        _unchanged = StepCount > 1 && best == _leader ? _unchanged + 1 : 1;
        _leader = best;
        bool decides = Decision is null &&
            (StepCount >= _lastStep || _options.Decision.IsMet(StepCount, _scores[best], _unchanged));
        if (decides)
        {
            Decision = best;
        }
        StreamReset reset = _pendingReset;
        _pendingReset = StreamReset.None;
        return new()
        {
            Step = StepCount,
            Class = best,
            Probability = _scores[best],
            IsDecision = decides,
            Reset = reset,
        };
    }

    private void Reset(StreamReset reason)
    {
        _plan.Reset(_state);
        Array.Clear(_scores);
        StepCount = 0;
        Decision = null;
        _lastTime = null;
        _pendingReset = reason;
    }

    private void CheckValues(ReadOnlySpan<float> values)
    {
        if (values.Length != ValueCount)
        {
            throw new ArgumentException(Invariant($"The step has {values.Length:N0} values; the model takes ") +
                Invariant($"{ValueCount:N0}, [{string.Join(", ", InputShape)}]."), nameof(values));
        }
        if (ScoreArguments.AreFinite(values))
        {
            return;
        }
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new ArgumentException(Invariant($"The value at index {i} of the step is {values[i]}; it would ") +
                    "stay in the neurons' state. Leave the step out or replace the value.", nameof(values));
            }
        }
    }

    // Pixel after pixel to channel after channel.
    private ReadOnlySpan<float> InOrder(ReadOnlySpan<float> values)
    {
        if (!_isInterleaved)
        {
            return values;
        }
        PlanarImages.Read(values, InputShape[0], ValueCount / InputShape[0], _planar);
        return _planar;
    }
}
