using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.Import;
using Microsoft.ML.Spiking.Import.PyTorch;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Spiking.MLNetInternals.Scoring;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Numerics.Simd;
using Microsoft.ML.Spiking.Scoring.Plan;
using Microsoft.ML.Spiking.Scoring.Scorers;
using Microsoft.ML.Spiking.Scoring.Streams;
using Microsoft.ML.Spiking.Serialization;
using Microsoft.ML.Spiking.Training.Torch.Tensors;

[assembly: LoadableClass(typeof(SpikingModelParameters), null, typeof(SignatureLoadModel),
    "Spiking network", SpikingModelParameters.LoaderSignature)]

namespace Microsoft.ML.Spiking;

/// <summary>
/// A trained spiking network: its definition and its weights. It scores on the processor, without any native library,
/// unless <see cref="ChangeScoringBackend"/> says otherwise, and may be used from several threads at once.
/// </summary>
/// <remarks>
/// Disposing it, or the transformer that holds it, frees the native memory that it has if libtorch scores, as soon as
/// calls under way have returned. The model can be used afterwards: what was freed is made again when it is next
/// needed.
/// </remarks>
public sealed class SpikingModelParameters :
    IPredictorProducing<VBuffer<float>>, IValueMapper, ICanSaveModel, IDisposable
{
    internal const string LoaderSignature = "SpikingModel";

    private readonly Lazy<StreamPlan> _streamPlan;
    private readonly Lock _change = new();
    private ScoringChoice _choice;
    private ExitInUse? _exit;

    internal SpikingModelParameters(
        NetworkDefinition network, NetworkWeights weights, ScorerSource? scorer = null, EarlyExit? exit = null)
    {
        Network = network;
        Weights = weights;
        _exit = exit is null ? null : new(exit);
        Scorer = new SharedScorer(scorer ?? Source(_choice, _exit));
        _streamPlan = new(() => new StreamPlan(network, Scorer.FindPlan()
            ?? ScoringPlanBuilder.Build(network, weights, VectorWidth.Auto)));
    }

    /// <summary>Gets the network with all its sizes.</summary>
    public NetworkDefinition Network { get; }

    /// <summary>Gets the network's arrays.</summary>
    public NetworkWeights Weights { get; }

    /// <summary>
    /// Gets what scores, as it was last chosen. A model that was loaded scores with <see cref="ScoringBackend.Auto"/>:
    /// the choice belongs to the process and is not saved.
    /// </summary>
    public ScoringBackend ScoringBackend => Scorer.Source.Backend;

    /// <summary>
    /// Gets the rule by which the scoring of a row ends early; null (the default) for all time steps. It is saved with
    /// the model.
    /// </summary>
    public EarlyExit? EarlyExit => Volatile.Read(ref _exit)?.Rule;

    /// <summary>
    /// Gets the mean number of time steps of the rows that were scored since <see cref="EarlyExit"/> was set or the
    /// model was loaded; null before the first, and without a rule.
    /// </summary>
    public double? MeanSteps => Volatile.Read(ref _exit)?.Count.Mean;

    internal SharedScorer Scorer { get; }

    PredictionKind IPredictor.PredictionKind => PredictionKind.MulticlassClassification;

    DataViewType IValueMapper.InputType =>
        new VectorDataViewType(NumberDataViewType.Single, Network.FeatureShape.ToArray());

    DataViewType IValueMapper.OutputType => new VectorDataViewType(NumberDataViewType.Single, Network.ClassCount);

    /// <summary>
    /// Changes what scores, here and in every transformer and prediction engine that uses this model. It may be called
    /// while others score: calls under way finish as they began, and what is no longer used is freed when they have.
    /// </summary>
    /// <param name="backend">See <see cref="ScoringBackend"/> for what to choose.</param>
    /// <param name="device">
    /// Where libtorch scores: <see cref="ComputeDevice.Auto"/> is the CUDA device where there is one, else the
    /// processor. Managed code scores on the processor.
    /// </param>
    /// <param name="cudaDeviceIndex">Which CUDA device, from 0.</param>
    /// <exception cref="ArgumentException">
    /// A value is out of its range, or managed code is to score on CUDA.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// <see cref="ScoringBackend.Torch"/> is chosen, and there is no such CUDA device or libtorch cannot be loaded, or
    /// rows end early, which managed code alone can do. Nothing has changed then.
    /// </exception>
    public void ChangeScoringBackend(
        ScoringBackend backend, ComputeDevice device = ComputeDevice.Auto, int cudaDeviceIndex = 0) =>
        Change(new ScoringChoice(backend, device, cudaDeviceIndex), _exit);

    /// <summary>
    /// Changes when the scoring of a row ends, here and in every transformer and prediction engine that uses this
    /// model: as soon as the row is decided, or after all time steps. It may be called while others score. The rule is
    /// saved with the model; models that are made of this one, by a conversion, pruning or further training, have none.
    /// </summary>
    /// <param name="exit">The rule; null for all time steps.</param>
    /// <seealso cref="SpikingAnalysisCatalog.EarlyExits"/>
    /// <exception cref="ArgumentException">A value of the rule is out of its range.</exception>
    /// <exception cref="InvalidOperationException">
    /// libtorch scores, which takes all time steps at once. Nothing has changed then.
    /// </exception>
    public void ChangeEarlyExit(EarlyExit? exit)
    {
        if (exit?.Fault() is string fault)
        {
            throw new ArgumentException(fault, nameof(exit));
        }
        Change(_choice, exit is null ? null : new(exit));
    }

    /// <summary>
    /// Returns a live scorer, which takes the time steps of a row as they arrive. Any number of streams share the
    /// model's weights; each has its neurons' state, <see cref="SpikingStream.MemoryBytes"/>.
    /// </summary>
    /// <param name="options">When it decides and when it is reset; null for the defaults.</param>
    /// <exception cref="NotSupportedException">
    /// The rows do not bring their time steps: <see cref="NetworkDefinition.HasTimeAxis"/> is false.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public SpikingStream CreateStream(SpikingStreamOptions? options = null) =>
        new(Network, _streamPlan.Value, options ?? new());

    /// <summary>
    /// Returns a transformer that scores data with this network and can be saved, where the network does not come from
    /// a training here but from a file of another program.
    /// </summary>
    /// <param name="context">The context that the transformer logs to.</param>
    /// <param name="classNames">
    /// The key values of the predicted label, one for each class in the order of the scores.
    /// </param>
    /// <param name="featureColumnName">
    /// The column that is read: vectors of Single, as many values as <see cref="NetworkDefinition.InputShape"/> has.
    /// </param>
    /// <param name="labelColumnName">
    /// What the label column is called in evaluations. It need not be there to score.
    /// </param>
    /// <exception cref="ArgumentException">There are not as many names as classes, or a name occurs twice.</exception>
    public SpikingPredictionTransformer CreateTransformer(MLContext context, IReadOnlyList<string> classNames,
        string featureColumnName = DefaultColumnNames.Features, string labelColumnName = DefaultColumnNames.Label)
    {
        Contracts.CheckValue(context, nameof(context));
        Contracts.CheckValue(classNames, nameof(classNames));
        Contracts.CheckNonWhiteSpace(featureColumnName, nameof(featureColumnName));
        Contracts.CheckNonWhiteSpace(labelColumnName, nameof(labelColumnName));
        if (classNames.Count != Network.ClassCount || classNames.Distinct().Count() != classNames.Count)
        {
            throw Contracts.ExceptParam(nameof(classNames), $"{classNames.Count} class names are given, " +
                $"{classNames.Distinct().Count()} of them different; the network has {Network.ClassCount} classes: " +
                "give each its own name.");
        }
        return new SpikingPredictionTransformer(context, this,
            TrainSchema.Of(featureColumnName, Network.FeatureShape, labelColumnName, classNames),
            new TrainerColumnNames(featureColumnName, labelColumnName, Weight: null,
                DefaultColumnNames.PredictedLabel, DefaultColumnNames.Score));
    }

    /// <summary>
    /// Reads weights from a safetensors file of another program, such as PyTorch: float32, float64, float16 or
    /// bfloat16, in PyTorch's layout ([outputs, inputs], [outputs, inputs, height, width]).
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="template">The network that the weights are of.</param>
    /// <param name="names">What its arrays are called in the file.</param>
    /// <param name="options">What the file does not say.</param>
    /// <exception cref="FormatException">
    /// The file is damaged, its names or shapes are not those of the network, or a value is not finite.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of its range, or a given name is of no layer.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SpikingModelParameters FromSafetensors(
        string path, NetworkTemplate template, WeightNames names, WeightImportOptions options) =>
        Imported(path, template, names, options, StoredArray.OfSafetensors);

    /// <summary>
    /// Reads weights from a file that PyTorch 1.6 or later wrote with torch.save(model.state_dict(), path), or from a
    /// checkpoint's dictionary that holds one. Such files are pickles, programs; nothing in them is run, and what is
    /// not a dictionary of tensors is refused.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="template">The network that the weights are of.</param>
    /// <param name="names">What its arrays are called in the file.</param>
    /// <param name="options">What the file does not say.</param>
    /// <exception cref="FormatException">
    /// The file is damaged or no dictionary of tensors, its names or shapes are not those of the network, or a value is
    /// not finite.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of its range, or a given name is of no layer.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SpikingModelParameters FromStateDict(
        string path, NetworkTemplate template, WeightNames names, WeightImportOptions options) =>
        Imported(path, template, names, options, StateDictFile.Read);

    /// <summary>Frees native memory; the model can still be used. See the remarks of the type.</summary>
    public void Dispose() => Scorer.Dispose();

    ValueMapper<TSrc, TDst> IValueMapper.GetMapper<TSrc, TDst>()
    {
        var rows = new FeatureRows(Network);
        float[] row = new float[Network.InputSize];
        float[] scores = new float[Network.ClassCount];
        ValueMapper<VBuffer<float>, VBuffer<float>> mapper = (in VBuffer<float> features, ref VBuffer<float> value) =>
        {
            rows.Read(in features, row, DefaultColumnNames.Features);
            Scorer.Score(row, 1, scores);
            ScoreValues.Copy(scores, ref value);
        };
        return mapper as ValueMapper<TSrc, TDst>
            ?? throw Contracts.Except(
                $"The model maps vectors of Single to vectors of Single, not {typeof(TSrc)} to {typeof(TDst)}.");
    }

    private void Change(ScoringChoice choice, ExitInUse? exit)
    {
        lock (_change)
        {
            Scorer.Change(Source(choice, exit));
            _choice = choice;
            Volatile.Write(ref _exit, exit);
        }
    }

    private ScorerSource Source(ScoringChoice choice, ExitInUse? exit)
    {
        ScorerSource source = choice.Source(Network, Weights);
        if (exit is null)
        {
            return source;
        }
        return source.IsNative
            ? throw new InvalidOperationException($"The model has an {nameof(EarlyExit)} and libtorch is to score, " +
                "which takes all time steps at once: choose " +
                $"{nameof(ScoringBackend)}.{nameof(ScoringBackend.Managed)} or no {nameof(EarlyExit)}.")
            : ScorerSource.Managed(() => new EarlyExitScorer(Network, Weights, exit.Rule, exit.Count), source.Backend);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        Contracts.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(VersionInfo());
        NetworkArchive.Save(ctx, Network, Weights, EarlyExit);
    }

    private static SpikingModelParameters Imported(string path, NetworkTemplate template, WeightNames names,
        WeightImportOptions options, Func<string, IReadOnlyList<StoredArray>> read)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(options);
        options.Binding(classCount: 2); // faults of the options come before those of the file
        if (template.Faults().FirstOrDefault() is string fault)
        {
            throw new ArgumentException(fault, nameof(template));
        }
        WeightArray[] normalization = [];
        if (options.InputNormalization is ChannelNormalization given)
        {
            InputConstants constants = InputConstants.Of(given);
            int[] shape = [constants.Scale.Count];
            normalization =
            [
                new($"{AffineLayer.InputName}.scale", shape, [.. constants.Scale]),
                new($"{AffineLayer.InputName}.shift", shape, [.. constants.Shift]),
            ];
        }
        (NetworkDefinition network, NetworkWeights weights) =
            new WeightImport(path, template, names, options).Network(read(path), normalization);
        return new SpikingModelParameters(network, weights);
    }

    /// <summary>Loads a model; ML.NET finds this method by its name and calls it.</summary>
    internal static SpikingModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(LoaderSignature);
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(VersionInfo());
        try
        {
            (NetworkDefinition network, NetworkWeights weights, EarlyExit? exit) = NetworkArchive.Load(ctx);
            return new SpikingModelParameters(network, weights, exit: exit);
        }
        catch (FormatException exception)
        {
            // ML.NET wraps exceptions from here twice; the log shows the sentence as it is.
            using IChannel channel = host.Start("Loading");
            channel.Error(exception.Message);
            throw host.ExceptDecode(exception, exception.Message);
        }
    }

    private static VersionInfo VersionInfo() => new(
        modelSignature: ModelFormat.ModelSignature,
        verWrittenCur: 0x00010001, // Initial
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(SpikingModelParameters).Assembly.GetName().Name,
        loaderSignature: LoaderSignature);

    /// <summary>A rule of early exits and what is counted since it is used.</summary>
    private sealed record ExitInUse(EarlyExit Rule)
    {
        public StepCount Count { get; } = new();
    }
}
