using static System.FormattableString;

namespace Microsoft.ML.Spiking;

/// <summary>The choices of an <see cref="EnergyReport"/>: the energies of operations and memory accesses.</summary>
/// <remarks>
/// Those of operations in single precision are of a 45 nm process: Horowitz, "Computing's Energy Problem", ISSCC 2014.
/// Those of the model with memory: Lemaire et al., "An Analytical Estimation of Spiking Neural Networks Energy
/// Efficiency", ICONIP 2022, arXiv 2210.13107, for integers of 32 bits.
/// </remarks>
public sealed class EnergyOptions
{
    /// <summary>Gets or sets the most rows that are read; at least 1. Null (the default) for all.</summary>
    public int? MaximumRows { get; set; }

    /// <summary>Gets or sets the energy of an accumulate, in pJ; at least 0. Default 0.9.</summary>
    public double Accumulate { get; set; } = 0.9;

    /// <summary>Gets or sets the energy of a multiply-accumulate, in pJ; at least 0. Default 4.6.</summary>
    public double MultiplyAccumulate { get; set; } = 4.6;

    /// <summary>
    /// Gets or sets the energy of an addition in the model with memory, in pJ; at least 0. Default 0.1.
    /// </summary>
    public double Addition { get; set; } = 0.1;

    /// <summary>
    /// Gets or sets the energy of a multiplication in the model with memory, in pJ; at least 0. Default 3.1.
    /// </summary>
    public double Multiplication { get; set; } = 3.1;

    /// <summary>
    /// Gets or sets the energy of an access to an SRAM of some sizes, in ascending order of size. Between two sizes it
    /// is interpolated, below the first in proportion to the size, above the last it stays. Default 10 pJ at 8 KiB, 20
    /// pJ at 32 KiB and 100 pJ at 1 MiB.
    /// </summary>
    public IReadOnlyList<MemoryEnergy> Memories { get; set; } =
        [new(8 << 10, 10), new(32 << 10, 20), new(1 << 20, 100)];

    /// <summary>Gets or sets the bytes of a value in memory, from 1 to 8. Default 4.</summary>
    public int BytesPerValue { get; set; } = 4;

    /// <summary>Returns the energy of an access to a memory, in pJ.</summary>
    /// <param name="bytes">The memory's size.</param>
    public double AccessEnergy(double bytes)
    {
        MemoryEnergy before = new(0, 0);
        foreach (MemoryEnergy memory in Memories)
        {
            if (bytes <= memory.Bytes)
            {
                double share = (bytes - before.Bytes) / (memory.Bytes - before.Bytes);
                return before.Picojoules + (share * (memory.Picojoules - before.Picojoules));
            }
            before = memory;
        }
        return before.Picojoules;
    }

    /// <summary>Returns one sentence for every value that is out of its range.</summary>
    internal IEnumerable<string> Faults()
    {
        if (MaximumRows is < 1)
        {
            yield return Invariant($"{nameof(MaximumRows)} is {MaximumRows}; it must be at least 1, or null for all.");
        }
        foreach ((double energy, string name) in new[]
        {
            (Accumulate, nameof(Accumulate)), (MultiplyAccumulate, nameof(MultiplyAccumulate)),
            (Addition, nameof(Addition)), (Multiplication, nameof(Multiplication)),
        })
        {
            if (!(energy >= 0 && double.IsFinite(energy)))
            {
                yield return Invariant($"{name} is {energy} pJ; it must be finite and at least 0.");
            }
        }
        if (BytesPerValue is < 1 or > 8)
        {
            yield return Invariant($"{nameof(BytesPerValue)} is {BytesPerValue}; it must be from 1 to 8.");
        }
        if (Memories is not { Count: > 0 } memories || !AreInOrder(memories))
        {
            yield return $"{nameof(Memories)} must be at least one size above 0 with its energy, at least 0 pJ, in " +
                "ascending order of size.";
        }
    }

    private static bool AreInOrder(IReadOnlyList<MemoryEnergy> memories) =>
        memories.All(memory => memory.Bytes > 0 && memory.Picojoules >= 0 && double.IsFinite(memory.Picojoules))
        && memories.Zip(memories.Skip(1)).All(pair => pair.First.Bytes < pair.Second.Bytes);
}

/// <summary>The energy of an access to an SRAM.</summary>
public sealed class MemoryEnergy
{
    /// <summary>Creates the energy of an SRAM of one size.</summary>
    /// <param name="bytes">The SRAM's size.</param>
    /// <param name="picojoules">The energy of one access.</param>
    public MemoryEnergy(long bytes, double picojoules)
    {
        Bytes = bytes;
        Picojoules = picojoules;
    }

    /// <summary>Gets the SRAM's size in bytes.</summary>
    public long Bytes { get; }

    /// <summary>Gets the energy of one access in pJ.</summary>
    public double Picojoules { get; }
}
