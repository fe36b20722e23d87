using Microsoft.ML.Data;

namespace SpikingTable;

/// <summary>A row of data.csv. Change the columns to those of your table.</summary>
internal sealed class Reading
{
    [LoadColumn(0)] public float Temperature { get; set; }

    [LoadColumn(1)] public float Vibration { get; set; }

    [LoadColumn(2)] public float Speed { get; set; }

    [LoadColumn(3)] public string Kind { get; set; } = "";

    /// <summary>Gets or sets what is to be predicted.</summary>
    [LoadColumn(4)] public string Label { get; set; } = "";
}

/// <summary>The model's prediction for a row.</summary>
internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";

    /// <summary>Gets or sets the probability of each class.</summary>
    public float[] Score { get; set; } = [];
}
