namespace Microsoft.ML.Spiking.Benchmarks.Measuring;

/// <summary>One question, answered by a ratio measured on the machine at hand.</summary>
internal interface IBenchmark
{
    /// <summary>Gets the name on the command line.</summary>
    string Name { get; }

    /// <summary>Gets a line that says what is compared.</summary>
    string Description { get; }

    /// <summary>Measures and writes lines as it goes.</summary>
    /// <param name="quick">Whether fewer sizes and rounds are enough.</param>
    /// <param name="output">Takes the lines.</param>
    void Run(bool quick, TextWriter output);
}
