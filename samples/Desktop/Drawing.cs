using System.Numerics;

namespace Desktop;

/// <summary>A drawing: strokes through points of the unit square, x to the right and y down.</summary>
internal sealed class Drawing
{
    /// <summary>Half the width of a stroke.</summary>
    public const float Radius = 0.04f;

    private const int Side = 28, Box = 20, Fine = 56, Samples = 4;

    private readonly List<List<Vector2>> _strokes = [];

    /// <summary>Gets the strokes, each of at least one point.</summary>
    public IReadOnlyList<IReadOnlyList<Vector2>> Strokes => _strokes;

    /// <summary>Puts the pen down.</summary>
    public void Begin(Vector2 point) => _strokes.Add([point]);

    /// <summary>Moves the pen that is down.</summary>
    public void Move(Vector2 point) => _strokes[^1].Add(point);

    /// <summary>Removes all strokes.</summary>
    public void Clear() => _strokes.Clear();

    /// <summary>
    /// Returns the image as MNIST has them, [28, 28], 0 for paper and 255 for ink: scaled so that the ink fits into
    /// 20 x 20 pixels, with its center of mass in the middle.
    /// </summary>
    public byte[] ToPixels()
    {
        byte[] pixels = new byte[Side * Side];
        if (_strokes.Count == 0)
        {
            return pixels;
        }
        (Vector2 center, float extent) = Measure();
        float scale = extent / Box; // of a pixel, in the unit square
        for (int i = 0; i < pixels.Length; i++)
        {
            int inked = 0;
            for (int sample = 0; sample < Samples * Samples; sample++)
            {
                var place = new Vector2(
                    (i % Side) + (((sample % Samples) + 0.5f) / Samples),
                    (i / Side) + (((sample / Samples) + 0.5f) / Samples));
                inked += IsInk(center + (scale * (place - new Vector2(Side / 2f)))) ? 1 : 0;
            }
            pixels[i] = (byte)(255 * inked / (Samples * Samples));
        }
        return pixels;
    }

    /// <summary>Returns the center of mass of the ink and the longer side of its bounding box.</summary>
    private (Vector2 Center, float Extent) Measure()
    {
        Vector2 least = new(float.MaxValue), most = new(float.MinValue), sum = Vector2.Zero;
        foreach (Vector2 point in _strokes.SelectMany(stroke => stroke))
        {
            least = Vector2.Min(least, point - new Vector2(Radius));
            most = Vector2.Max(most, point + new Vector2(Radius));
        }
        Vector2 size = most - least;
        int count = 0;
        for (int i = 0; i < Fine * Fine; i++)
        {
            Vector2 point = least + (size * new Vector2(((i % Fine) + 0.5f) / Fine, ((i / Fine) + 0.5f) / Fine));
            if (IsInk(point))
            {
                sum += point;
                count++;
            }
        }
        return (count == 0 ? (least + most) / 2 : sum / count, Math.Max(size.X, size.Y));
    }

    private bool IsInk(Vector2 point)
    {
        foreach (List<Vector2> stroke in _strokes)
        {
            for (int i = 0; i < stroke.Count; i++)
            {
                Vector2 from = stroke[Math.Max(i - 1, 0)], along = stroke[i] - from, to = point - from;
                float part = Math.Clamp(Vector2.Dot(to, along) / Math.Max(along.LengthSquared(), 1e-9f), 0, 1);
                if ((to - (part * along)).LengthSquared() <= Radius * Radius)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
