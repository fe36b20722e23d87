namespace ImageClassification;

/// <summary>The command line. A null leaves the setting to the recipe.</summary>
internal sealed record Arguments
{
    /// <summary>Gets the folder of images; null for CIFAR-10.</summary>
    public string? Data { get; init; }

    /// <summary>Gets the folder of the checkpoint, the model, the learning curve and its figures.</summary>
    public required string Folder { get; init; }

    public required string Recipe { get; init; }

    public int? Rows { get; init; }

    public int? TestRows { get; init; }

    public required double Validation { get; init; }

    public required int ImageSize { get; init; }

    public string? Network { get; init; }

    public string? Neuron { get; init; }

    public int? TimeSteps { get; init; }

    public int? Epochs { get; init; }

    public int? BatchSize { get; init; }

    public double? LearningRate { get; init; }

    public required string Device { get; init; }

    public required string Precision { get; init; }

    public int? Threads { get; init; }

    public required int Seed { get; init; }
}
