using System.Globalization;
using System.Numerics;

namespace Quickstart;

/// <summary>
/// The built-in data: digits drawn with a shaky hand. Every image has its own style, slant, size, position, pen and
/// paper; many have a stray mark. The same seed and index give the same image everywhere.
/// </summary>
internal static class DrawnDigits
{
    private const int Side = DigitImage.Side;

    /// <summary>Returns images with indices from <paramref name="first"/> on, the classes in turn.</summary>
    public static IReadOnlyList<DigitImage> Draw(int seed, int first, int count)
    {
        var images = new DigitImage[count];
        Parallel.For(0, count, i => images[i] = DrawOne(
            new Random(unchecked((seed * 1_000_003) + first + i)), (first + i) % 10));
        return images;
    }

    private static DigitImage DrawOne(Random random, int digit)
    {
        List<Vector2[]> strokes = [.. DigitShapes.Strokes(digit, random.Next(DigitShapes.VariantCount(digit)))
            .Select(stroke => Place(stroke, random))];
        Distort(strokes, random);
        if (random.NextDouble() < 0.35)
        {
            strokes.Add(StrayMark(random));
        }
        return new DigitImage
        {
            Pixels = Ink(strokes, random),
            Label = digit.ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Returns the stroke as a fine polyline with shaken points.</summary>
    private static Vector2[] Place(DigitShapes.Stroke stroke, Random random)
    {
        Vector2[] points = [.. stroke.Points.Select(p => p + (0.022f * Normal2(random)))];
        return stroke.Curved ? Smooth(points) : points;
    }

    /// <summary>Returns a Catmull-Rom spline through the points, with six pieces between two of them.</summary>
    private static Vector2[] Smooth(Vector2[] points)
    {
        const int Pieces = 6;
        var line = new List<Vector2>();
        for (int i = 0; i + 1 < points.Length; i++)
        {
            Vector2 before = points[Math.Max(i - 1, 0)], a = points[i], b = points[i + 1];
            Vector2 after = points[Math.Min(i + 2, points.Length - 1)];
            for (int piece = 0; piece < Pieces; piece++)
            {
                float t = piece / (float)Pieces;
                line.Add(0.5f * ((2 * a) + ((b - before) * t) + (((2 * before) - (5 * a) + (4 * b) - after) * t * t)
                    + (((3 * (a - b)) + after - before) * t * t * t)));
            }
        }
        line.Add(points[^1]);
        return [.. line];
    }

    /// <summary>
    /// Applies slant, rotation, size, position and a wave to the whole digit; the result is in pixels.
    /// </summary>
    private static void Distort(List<Vector2[]> strokes, Random random)
    {
        float width = Side * Between(random, 0.52f, 0.82f), height = Side * Between(random, 0.58f, 0.84f);
        float turn = Between(random, -0.26f, 0.26f), slant = Between(random, -0.28f, 0.28f);
        (float sin, float cos) = MathF.SinCos(turn);
        float wave = Between(random, 0, 0.05f), frequency = Between(random, 3f, 8f), phase = Between(random, 0, 6.28f);
        var center = new Vector2(
            (Side / 2f) + Between(random, -2.2f, 2.2f), (Side / 2f) + Between(random, -2.2f, 2.2f));
        foreach (Vector2[] stroke in strokes)
        {
            for (int i = 0; i < stroke.Length; i++)
            {
                Vector2 p = stroke[i] - new Vector2(0.5f);
                p.X += (slant * p.Y) + (wave * MathF.Sin((frequency * p.Y) + phase));
                p.Y += wave * MathF.Sin((frequency * p.X) + (2 * phase));
                stroke[i] = center + new Vector2(
                    width * ((cos * p.X) - (sin * p.Y)), height * ((sin * p.X) + (cos * p.Y)));
            }
        }
    }

    private static Vector2[] StrayMark(Random random)
    {
        var start = new Vector2(Between(random, 0, Side), Between(random, 0, Side));
        return [start, start + (2.5f * Normal2(random))];
    }

    /// <summary>Draws ink where the pen passed, falling off over a pixel, on grainy paper.</summary>
    private static byte[] Ink(List<Vector2[]> strokes, Random random)
    {
        float radius = Between(random, 0.7f, 1.7f), darkness = Between(random, 0.65f, 1f), grain = Between(
            random, 0, 0.09f);
        var pixels = new byte[Side * Side];
        for (int i = 0; i < pixels.Length; i++)
        {
            var center = new Vector2((i % Side) + 0.5f, (i / Side) + 0.5f);
            float distance = float.MaxValue;
            foreach (Vector2[] stroke in strokes)
            {
                distance = Math.Min(distance, Distance(center, stroke));
            }
            float ink = darkness * Math.Clamp(radius + 0.5f - distance, 0, 1);
            float paper = grain * Math.Abs(Normal2(random).X);
            pixels[i] = (byte)(255 * Math.Clamp(ink + paper, 0, 1));
        }
        return pixels;
    }

    private static float Distance(Vector2 point, Vector2[] line)
    {
        float nearest = float.MaxValue;
        for (int i = 0; i + 1 < line.Length; i++)
        {
            Vector2 along = line[i + 1] - line[i], to = point - line[i];
            float part = Math.Clamp(Vector2.Dot(to, along) / Math.Max(along.LengthSquared(), 1e-9f), 0, 1);
            nearest = Math.Min(nearest, (to - (part * along)).LengthSquared());
        }
        return MathF.Sqrt(nearest);
    }

    private static float Between(Random random, float low, float high) => low + ((high - low) * random.NextSingle());

    /// <summary>Returns two independent values of the standard normal distribution (Box and Muller).</summary>
    private static Vector2 Normal2(Random random)
    {
        float length = MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle()));
        (float sin, float cos) = MathF.SinCos(2 * MathF.PI * random.NextSingle());
        return new(length * cos, length * sin);
    }
}
