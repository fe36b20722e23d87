using Microsoft.ML.Spiking.Networks;
using Microsoft.ML.Spiking.Randomness;
using Microsoft.ML.Spiking.Training.Feed;
using Microsoft.ML.Spiking.Training.Loop;

namespace Microsoft.ML.Spiking.Tests.Training.Sparse;

/// <summary>
/// Rows of words: features that are 0 but for some, made as they are read. The class decides one of a row's words. The
/// first two features are numbers with a mean, which no row lacks.
/// </summary>
/// <param name="count">The number of rows.</param>
/// <param name="featureCount">Words, and the two numbers.</param>
/// <param name="words">The words of a row.</param>
internal sealed class SparseToy(int count, int featureCount, int words) : IRowSource
{
    public const int Classes = 3;

    public int FeatureCount => featureCount;

    /// <summary>Gets settings without weight decay, which would move weights of features that do not occur.</summary>
    public static TrainingSettings Settings { get; } = Toy.Settings with
    {
        Optimizer = OptimizerKind.AdamW,
        LearningRate = 0.005,
        WeightDecay = 0,
        InputNormalization = new FeatureNormalization(),
    };

    public static NetworkDefinition Network(int featureCount, int hidden = 16) => new Mlp(hidden).Bind(
        new([featureCount], Classes, 3, new DirectEncoder(), new ClifNeuron(), 0)
        {
            InputNormalization = new FeatureNormalization(),
        });

    public IRowCursor Open() => new Cursor(count, featureCount, words);

    private sealed class Cursor(int count, int featureCount, int words) : IRowCursor
    {
        private readonly SortedDictionary<int, float> _row = [];
        private float[] _values = [];
        private int[] _indices = [];
        private int _place = -1;

        public ReadOnlySpan<float> Values => _values;

        public ReadOnlySpan<int> Indices => _indices;

        public bool IsDense => false;

        public int Label => _place % Classes;

        public float Weight => 1 + (_place % 2);

        public bool MoveNext()
        {
            if (++_place >= count)
            {
                return false;
            }
            var random = new RandomStream(7, (RandomPurpose)98, item: _place);
            _row.Clear();
            _row[0] = 5 + (float)random.NextDouble();
            _row[1] = -3 - (float)random.NextDouble();
            _row[2 + Label] = 1;
            while (_row.Count < words + 2)
            {
                _row[5 + (int)(random.NextDouble() * (featureCount - 5))] = 1 + (float)random.NextDouble();
            }
            _values = [.. _row.Values];
            _indices = [.. _row.Keys];
            return true;
        }

        public void Dispose() { }
    }
}
