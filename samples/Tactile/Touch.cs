using System.Globalization;
using System.IO.Compression;
using Microsoft.ML.Data;

namespace Tactile;

/// <summary>A touch of a braille letter: 76 readings of 12 sensors, a few hundredths of a second apart.</summary>
internal sealed class Touch
{
    public const int Steps = 76, Sensors = 12;

    public string Label { get; set; } = "";

    /// <summary>Gets or sets the readings, [76, 12], from 0 without pressure to 1.</summary>
    [VectorType(Steps, Sensors)]
    public float[] Features { get; set; } = [];

    [NoColumn]
    public int Repetition { get; set; }

    /// <summary>Reads the file "letter,repetition,step,s0,...,s11", plain or packed (.gz).</summary>
    /// <exception cref="InvalidDataException">A line is not such a reading; the message has its number.</exception>
    public static IReadOnlyList<Touch> Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream plain = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(plain);
        if (reader.ReadLine()?.StartsWith("letter,repetition,step,s0,", StringComparison.Ordinal) != true)
        {
            throw new InvalidDataException(
                $"{path}: the first line must be 'letter,repetition,step,s0,...,s11'; is it the braille file?");
        }
        var touches = new List<Touch>();
        int number = 1;
        while (reader.ReadLine() is string line)
        {
            number++;
            string[] fields = line.Split(',');
            if (fields.Length != Sensors + 3
                || !int.TryParse(fields[1], CultureInfo.InvariantCulture, out int repetition)
                || !int.TryParse(fields[2], CultureInfo.InvariantCulture, out int step))
            {
                throw new InvalidDataException(
                    $"{path}, line {number}: '{line}' is not a reading of {Sensors} sensors.");
            }
            if (step == 0)
            {
                touches.Add(new()
                {
                    Label = fields[0],
                    Repetition = repetition,
                    Features = new float[Steps * Sensors],
                });
            }
            if (step < 0 || touches.Count == 0)
            {
                throw new InvalidDataException(
                    $"{path}, line {number}: the step {step} does not follow a step 0.");
            }
            for (int i = 0; i < Sensors && step < Steps; i++)
            {
                // A sensor at rest reads 255; what it reads less is pressure.
                touches[^1].Features[(step * Sensors) + i] = float.TryParse(
                    fields[3 + i], CultureInfo.InvariantCulture, out float value) && value is >= 0 and <= 255
                    ? 1 - (value / 255)
                    : throw new InvalidDataException(
                        $"{path}, line {number}: the reading '{fields[3 + i]}' is not a number from 0 to 255.");
            }
        }
        return touches;
    }
}
