using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;
using Microsoft.ML.Spiking.MLNetInternals.Schema;
using Microsoft.ML.Trainers;

namespace Microsoft.ML.Spiking;

/// <summary>
/// Trains a spiking neural network for two classes. It is <see cref="SpikingClifTrainer"/> with a Boolean label, whose
/// model gives what the metrics of binary classification need, the area under the ROC curve among them. Create it with
/// <see cref="SpikingBinaryCatalog.SpikingClif(BinaryClassificationCatalog.BinaryClassificationTrainers,
/// SpikingClifTrainer.Options)"/>.
/// </summary>
/// <remarks>
/// <para>Input: a feature column, vector of <see cref="float"/> of known size; a label column, <see cref="bool"/>;
/// optionally an example weight column, <see cref="float"/>. Output: "PredictedLabel", a <see cref="bool"/>; "Score", a
/// <see cref="float"/>, the logarithm of the odds of <see langword="true"/>; and "Probability", a <see cref="float"/>
/// from 0 to 1. See <see cref="SpikingClifTrainer"/> for the shapes of images and events and for rows that are
/// skipped.</para>
/// <list type="table">
/// <listheader><term>Characteristic</term><description>Value</description></listheader>
/// <item><term>Machine learning task</term><description>Binary classification</description></item>
/// <item><term>Is normalization required?</term><description>No</description></item>
/// <item><term>Is caching required?</term><description>No</description></item>
/// <item><term>Required NuGet in addition to Microsoft.ML</term><description>Microsoft.ML.Spiking, and for training
/// TorchSharp-cpu or a TorchSharp-cuda package</description></item>
/// </list>
/// </remarks>
public sealed class SpikingClifBinaryTrainer :
    ITrainerEstimator<SpikingBinaryPredictionTransformer, SpikingModelParameters>
{
    private readonly IHost _host;
    private readonly SpikingClifTrainer _trainer; // of the label as a key: 1 is false, 2 is true
    private readonly TrainerColumnNames _names;
    private readonly string _probabilityName;

    internal SpikingClifBinaryTrainer(IHostEnvironment env, SpikingClifTrainer.Options options, string probabilityName)
    {
        Contracts.CheckValue(env, nameof(env));
        _host = env.Register(nameof(SpikingClifBinaryTrainer));
        _host.CheckValue(options, nameof(options));
        _trainer = new SpikingClifTrainer(env, options);
        _names = new(options.FeatureColumnName, options.LabelColumnName, options.ExampleWeightColumnName,
            options.PredictedLabelColumnName, options.ScoreColumnName);
        CheckProbabilityName(probabilityName);
        _probabilityName = probabilityName;
    }

    /// <summary>Gets what ML.NET knows of the trainer; see <see cref="SpikingClifTrainer.Info"/>.</summary>
    public TrainerInfo Info => _trainer.Info;

    /// <summary>Trains; see <see cref="SpikingClifTrainer.Fit(IDataView)"/> for what becomes the model.</summary>
    /// <param name="input">With the feature, label and, if named, example weight column.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <seealso cref="SpikingClifTrainer.Fit(IDataView)"/>
    public SpikingBinaryPredictionTransformer Fit(IDataView input) =>
        Model(input, data => _trainer.Fit(data));

    /// <summary>Trains on all training rows; the model is that of the epoch with the best validation result.</summary>
    /// <param name="trainData">With the feature, label and, if named, example weight column.</param>
    /// <param name="validationData">With the same columns, of the same sizes; null for none.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    /// <seealso cref="SpikingClifTrainer.Fit(IDataView, IDataView)"/>
    [OverloadResolutionPriority(1)] // Fit(data, null) means this one
    public SpikingBinaryPredictionTransformer Fit(IDataView trainData, IDataView? validationData) =>
        Model(trainData, data => _trainer.Fit(data, WithKeys(validationData)));

    /// <summary>Continues to train the spiking network of a trained or loaded model, which may be a chain.</summary>
    /// <param name="trainData">Sent through the transforms that the network was trained behind.</param>
    /// <param name="model">Has one spiking network, of two classes; not changed by the training.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, or the model does not fit the data.
    /// </exception>
    /// <seealso cref="SpikingClifTrainer.Fit(IDataView, ITransformer)"/>
    public SpikingBinaryPredictionTransformer Fit(IDataView trainData, ITransformer model) =>
        Fit(trainData, validationData: null, model);

    /// <summary>Continues to train the spiking network of a trained or loaded model, which may be a chain.</summary>
    /// <param name="trainData">Sent through the transforms that the network was trained behind.</param>
    /// <param name="validationData">
    /// Chooses the best epoch; with the same columns, of the same sizes; null for none.
    /// </param>
    /// <param name="model">Has one spiking network, of two classes; not changed by the training.</param>
    /// <exception cref="ArgumentException">
    /// A column is missing or has a type that cannot be used, or the model does not fit the data.
    /// </exception>
    /// <seealso cref="SpikingClifTrainer.Fit(IDataView, IDataView, ITransformer)"/>
    public SpikingBinaryPredictionTransformer Fit(IDataView trainData, IDataView? validationData, ITransformer model) =>
        Model(trainData, data => _trainer.Fit(data, WithKeys(validationData), model));

    /// <summary>Returns the shape of data after the trained transformer.</summary>
    /// <param name="inputSchema">Must have the columns that the options name.</param>
    /// <exception cref="ArgumentException">A column is missing or has a type that cannot be used.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        BinaryLabel.Check(_host, inputSchema, _names.Label);
        ColumnShapes.Check(_host, BinaryLabel.WithKeys(inputSchema, _names.Label), _names);
        return BinaryLabel.Output(inputSchema, _names, _probabilityName);
    }

    private SpikingBinaryPredictionTransformer Model(
        IDataView data, Func<IDataView, SpikingPredictionTransformer> fit)
    {
        _host.CheckValue(data, nameof(data));
        SpikingPredictionTransformer model = fit(WithKeys(data));
        return new(_host, model.Model, BinaryLabel.TrainSchema(data.Schema, _names), _names, _probabilityName);
    }

    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(data))]
    private IDataView? WithKeys(IDataView? data) =>
        data is null ? null : BinaryLabel.WithKeys(_host, data, _names.Label);

    private void CheckProbabilityName(string name)
    {
        _host.CheckNonWhiteSpace(name, nameof(name));
        string?[] others = [_names.Feature, _names.Label, _names.Weight, _names.PredictedLabel, _names.Score];
        if (others.Contains(name))
        {
            throw _host.ExceptParam(nameof(name), $"The column of the probability is named '{name}', as is another " +
                "column of the options; give each column a different name.");
        }
    }
}
