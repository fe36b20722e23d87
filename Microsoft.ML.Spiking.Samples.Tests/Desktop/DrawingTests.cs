using System.Numerics;
using Desktop;

namespace Microsoft.ML.Spiking.Samples.Tests.Desktop;

/// <summary>Images of drawings, brought into the form of MNIST.</summary>
[TestClass]
public sealed class DrawingTests
{
    private const int Side = 28;

    [TestMethod]
    [DataRow(0.3f, 0.4f, 0.2f)]
    [DataRow(0.7f, 0.6f, 0.2f)]
    [DataRow(0.5f, 0.5f, 0.9f)]
    public void ToPixels_DrawingAnywhere_IsInTheMiddleAndFits(float x, float y, float size)
    {
        byte[] pixels = Angle(new(x, y), size).ToPixels();

        (Vector2 center, int width, int height) = Measure(pixels);
        Assert.AreEqual(Side / 2f, center.X, 0.5f);
        Assert.AreEqual(Side / 2f, center.Y, 0.5f);
        Assert.IsInRange(19, 21, Math.Max(width, height));
        Assert.AreEqual(255, pixels.Max());
    }

    [TestMethod]
    public void ToPixels_TheSameDrawingElsewhere_IsTheSameImage()
    {
        byte[] one = Angle(new(0.25f, 0.25f), 0.25f).ToPixels(), other = Angle(new(0.5f, 0.5f), 0.25f).ToPixels();

        Assert.IsLessThan(20, one.Zip(other).Count(pair => Math.Abs(pair.First - pair.Second) > 32));
    }

    [TestMethod]
    public void ToPixels_OnePointOrNothing_IsADotOrPaper()
    {
        var drawing = new Drawing();
        Assert.AreEqual(0, drawing.ToPixels().Max());

        drawing.Begin(new(0.9f, 0.1f));
        Assert.AreEqual(255, drawing.ToPixels()[(14 * Side) + 14]);

        drawing.Clear();
        Assert.AreEqual(0, drawing.ToPixels().Max());
    }

    // A line down and a line to the right.
    private static Drawing Angle(Vector2 center, float size)
    {
        var drawing = new Drawing();
        Vector2 corner = center - new Vector2(size / 2);
        drawing.Begin(corner);
        drawing.Move(corner + new Vector2(0, size));
        drawing.Move(corner + new Vector2(size, size));
        return drawing;
    }

    private static (Vector2 Center, int Width, int Height) Measure(byte[] pixels)
    {
        Vector2 sum = Vector2.Zero;
        float mass = 0;
        List<int> columns = [], rows = [];
        for (int i = 0; i < pixels.Length; i++)
        {
            sum += pixels[i] * new Vector2((i % Side) + 0.5f, (i / Side) + 0.5f);
            mass += pixels[i];
            if (pixels[i] > 0)
            {
                columns.Add(i % Side);
                rows.Add(i / Side);
            }
        }
        return (sum / mass, columns.Max() - columns.Min() + 1, rows.Max() - rows.Min() + 1);
    }
}
