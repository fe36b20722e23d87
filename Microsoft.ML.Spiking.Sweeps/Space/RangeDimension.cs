using System.Globalization;
using System.Text.Json.Nodes;

namespace Microsoft.ML.Spiking.Sweeps.Space;

/// <summary>The numbers between two ends, both included.</summary>
internal sealed class RangeDimension : SweepDimension
{
    private readonly double _low;
    private readonly double _high;
    private readonly bool _isWhole;
    private readonly bool _isLogarithmic;

    /// <param name="name">Unique in the space.</param>
    /// <param name="low">The lowest number.</param>
    /// <param name="high">The highest number.</param>
    /// <param name="isWhole">Whether only whole numbers count, each equally likely on a linear scale.</param>
    /// <param name="isLogarithmic">Whether equal ratios are equally likely, rather than equal differences.</param>
    /// <param name="apply">See <see cref="SweepDimension"/>.</param>
    /// <exception cref="ArgumentException">The range is empty, or cannot be logarithmic.</exception>
    public RangeDimension(
        string name, double low, double high, bool isWhole, bool isLogarithmic,
        Action<SpikingClifTrainer.Options, object> apply)
        : base(name, apply)
    {
        if (!(low < high) || !double.IsFinite(high - low))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The range of {name} goes from {low} to {high}; give two finite numbers, the lower one first."));
        }
        if (isLogarithmic && low <= 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"The range of {name} begins with {low}; on a logarithmic scale it must be greater than 0."));
        }
        (_low, _high, _isWhole, _isLogarithmic) = (low, high, isWhole, isLogarithmic);
    }

    public override int? Count => null;

    public override IReadOnlyList<object>? Values => _isWhole && _high - _low < int.MaxValue
        ? new WholeNumbers((int)_low, (int)(_high - _low) + 1)
        : null;

    /// <summary>The lowest and the highest value.</summary>
    public (object Low, object High) Ends => (At(0), At(1));

    // Each whole number has a stretch of length 1, or those at the ends would be half as likely.
    private double Start => _isWhole ? _low - 0.5 : _low;

    private double End => _isWhole ? _high + 0.5 : _high;

    public override object At(double place)
    {
        double value = _isLogarithmic ? Start * Math.Pow(End / Start, place) : Start + ((End - Start) * place);
        value = Math.Clamp(_isWhole ? Math.Round(value) : value, _low, _high);
        return _isWhole ? (object)(int)value : value;
    }

    public override double? PlaceOf(object value)
    {
        double number = value is int whole ? whole : value is double real ? real : double.NaN;
        return number >= _low && number <= _high
            ? (_isLogarithmic ? Math.Log(number / Start) / Math.Log(End / Start) : (number - Start) / (End - Start))
            : null;
    }

    public override JsonNode Describe() => new JsonObject
    {
        ["from"] = _low,
        ["to"] = _high,
        ["whole"] = _isWhole,
        ["logarithmic"] = _isLogarithmic,
    };

    public override JsonNode Write(object value) =>
        value is int whole ? JsonValue.Create(whole) : JsonValue.Create((double)value);

    public override object Parse(JsonNode? node)
    {
        object? value = node is not JsonValue number ? null
            : !_isWhole && number.TryGetValue(out double real) ? real
            : _isWhole && number.TryGetValue(out int whole) ? whole
            : null;
        return value is not null && PlaceOf(value) is not null ? value : throw Foreign(node);
    }

    /// <summary>Successive whole numbers, none of which is kept.</summary>
    private sealed class WholeNumbers(int first, int count) : IReadOnlyList<object>
    {
        public int Count => count;

        public object this[int index] => first + index;

        public IEnumerator<object> GetEnumerator() => Enumerable.Range(first, count).Cast<object>().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
