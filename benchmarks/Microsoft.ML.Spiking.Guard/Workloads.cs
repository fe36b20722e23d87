using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Guard;

/// <summary>Scoring, loading and training of two networks, through the public API alone.</summary>
internal static class Workloads
{
    private const int Classes = 10;
    private const int Side = 28;

    private static readonly (string Name, NetworkTemplate Network, int[]? Shape, int RowsOfTraining)[] Networks =
    [
        ("MLP 512-512", new Mlp(512, 512), null, 512),
        ("ConvNet 16-32", new ConvNet(16, 32), [1, Side, Side], 128),
    ];

    /// <summary>Trains each network for an epoch and saves it.</summary>
    public static void Prepare(string folder)
    {
        Directory.CreateDirectory(folder);
        var ml = new MLContext(seed: 1);
        for (int i = 0; i < Networks.Length; i++)
        {
            IDataView rows = Rows(ml, Networks[i].RowsOfTraining);
            ml.Model.Save(Trainer(ml, i).Fit(rows), rows.Schema, ModelFile(folder, i));
        }
    }

    /// <summary>Returns the workloads by name, in the order in which they are measured.</summary>
    /// <param name="folder">The models; see <see cref="Prepare"/>.</param>
    public static Dictionary<string, Action> All(string folder)
    {
        var ml = new MLContext(seed: 1);
        var workloads = new Dictionary<string, Action>();
        for (int i = 0; i < Networks.Length; i++)
        {
            (string name, _, _, int rowsOfTraining) = Networks[i];
            string path = ModelFile(folder, i);
            ITransformer model = ml.Model.Load(path, out _);
            PredictionEngine<Row, Scored> engine =
                ml.Model.CreatePredictionEngine<Row, Scored>(model, inputSchemaDefinition: RowSchema());
            Row[] some = [.. RandomRows(16)];
            IDataView batch = Rows(ml, 256);
            IDataView training = Rows(ml, rowsOfTraining);
            SpikingClifTrainer trainer = Trainer(ml, i);
            int next = 0;
            workloads[$"row, {name}"] = () => engine.Predict(some[next++ % some.Length]);
            workloads[$"batch of 256, {name}"] = () => _ = model.Transform(batch).GetColumn<float[]>("Score").Count();
            workloads[$"loading, {name}"] = () => ml.Model.Load(path, out _);
            workloads[$"training, {name}"] = () => trainer.Fit(training);
        }
        return workloads;
    }

    private static string ModelFile(string folder, int network) =>
        Path.Combine(folder, FormattableString.Invariant($"network{network}.zip"));

    private static SpikingClifTrainer Trainer(MLContext ml, int network) =>
        ml.MulticlassClassification.Trainers.SpikingClif(new SpikingClifTrainer.Options
        {
            Network = Networks[network].Network,
            InputShape = Networks[network].Shape,
            Epochs = 2,
            BatchSize = 64,
            TimeSteps = 4,
            Device = ComputeDevice.Cpu,
        });

    private static IDataView Rows(MLContext ml, int count) =>
        ml.Data.Cache(ml.Data.LoadFromEnumerable(RandomRows(count).ToArray(), RowSchema()));

    private static SchemaDefinition RowSchema()
    {
        SchemaDefinition schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Label)].ColumnType = new KeyDataViewType(typeof(uint), Classes);
        return schema;
    }

    // A bright patch whose place tells the class, on a fifth of noise: about as many pixels are on as in digits.
    private static IEnumerable<Row> RandomRows(int count)
    {
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            int label = i % Classes;
            float[] pixels = new float[Side * Side];
            for (int at = 0; at < pixels.Length; at++)
            {
                bool inPatch = at / Side / 6 == label / 2 && at % Side / 14 == label % 2;
                pixels[at] = inPatch ? 200 + random.Next(56) : random.Next(5) == 0 ? random.Next(256) : 0;
            }
            yield return new Row { Features = pixels, Label = (uint)label + 1 };
        }
    }

    private sealed class Row
    {
        [VectorType(Side * Side)] public float[] Features { get; set; } = [];

        public uint Label { get; set; }
    }

    private sealed class Scored
    {
        public float[] Score { get; set; } = [];
    }
}
