using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking;
using Microsoft.ML.Spiking.MLNetInternals;
using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Scoring;

[assembly: LoadableClass(typeof(SpikingModelParameters), null, typeof(SignatureLoadModel),
    "Spiking network", SpikingModelParameters.LoaderSignature)]

namespace Microsoft.ML.Spiking;

/// <summary>
/// A trained spiking network: its definition and its weights. It scores on the processor, without any native library,
/// and may be used from several threads at once.
/// </summary>
/// <remarks>
/// Disposing it, or the transformer that holds it, ends its scoring: calls under way finish, later ones throw
/// <see cref="ObjectDisposedException"/>. The definition and the weights can still be read and saved.
/// </remarks>
public sealed class SpikingModelParameters : IPredictorProducing<VBuffer<float>>, IValueMapper, ICanSaveModel, IDisposable
{
    internal const string LoaderSignature = "SpikingModel";

    internal SpikingModelParameters(NetworkDefinition network, NetworkWeights weights, Func<IScorer>? createScorer = null)
    {
        Network = network;
        Weights = weights;
        Scorer = new SharedScorer(createScorer ?? (() => new ManagedScorer(network, weights)));
    }

    /// <summary>The network with all its sizes.</summary>
    public NetworkDefinition Network { get; }

    /// <summary>The network's arrays.</summary>
    public NetworkWeights Weights { get; }

    internal SharedScorer Scorer { get; }

    PredictionKind IPredictor.PredictionKind => PredictionKind.MulticlassClassification;

    DataViewType IValueMapper.InputType => new VectorDataViewType(NumberDataViewType.Single, Network.FeatureShape.ToArray());

    DataViewType IValueMapper.OutputType => new VectorDataViewType(NumberDataViewType.Single, Network.ClassCount);

    /// <summary>Ends the scoring; see the remarks of the type.</summary>
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
            ?? throw Contracts.Except($"The model maps vectors of Single to vectors of Single, not {typeof(TSrc)} to {typeof(TDst)}.");
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        Contracts.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel();
        ctx.SetVersionInfo(VersionInfo());
        NetworkArchive.Save(ctx, Network, Weights);
    }

    /// <summary>Found and called by ML.NET when it loads a model.</summary>
    internal static SpikingModelParameters Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        Contracts.CheckValue(env, nameof(env));
        IHost host = env.Register(LoaderSignature);
        host.CheckValue(ctx, nameof(ctx));
        ctx.CheckAtModel(VersionInfo());
        try
        {
            (NetworkDefinition network, NetworkWeights weights) = NetworkArchive.Load(ctx);
            return new SpikingModelParameters(network, weights);
        }
        catch (FormatException exception)
        {
            // ML.NET wraps what is thrown here twice; the log shows the sentence as it is.
            using IChannel channel = host.Start("Loading");
            channel.Error(exception.Message);
            throw host.ExceptDecode(exception, exception.Message);
        }
    }

    private static VersionInfo VersionInfo() => new(
        modelSignature: "SPKMODEL",
        verWrittenCur: 0x00010001, // Initial
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderAssemblyName: typeof(SpikingModelParameters).Assembly.GetName().Name,
        loaderSignature: LoaderSignature);
}
