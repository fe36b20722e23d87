namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>One question, answered by a ratio measured on the machine at hand.</summary>
internal interface IBenchmark
{
    /// <summary>What it is called on the command line.</summary>
    string Name { get; }

    /// <summary>What is compared, in one line.</summary>
    string Description { get; }

    /// <summary>Measures and writes lines as it goes.</summary>
    /// <param name="quick">Whether fewer sizes and rounds are enough.</param>
    /// <param name="output">Takes the lines.</param>
    void Run(bool quick, TextWriter output);
}
