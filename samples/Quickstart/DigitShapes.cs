using System.Numerics;

namespace Quickstart;

/// <summary>
/// Handwritten forms of the ten digits: for each a few variants, each a list of strokes through points of the unit
/// square (x to the right, y down). Curved strokes pass smoothly through their points, straight ones are polylines.
/// </summary>
internal static class DigitShapes
{
    public readonly record struct Stroke(bool Curved, Vector2[] Points);

    private static readonly Stroke[][][] Variants =
    [
        [ // 0
            [Curve(.50, .08, .27, .25, .22, .52, .30, .80, .50, .92, .71, .78, .78, .50, .72, .22, .50, .08)],
            [Curve(.58, .10, .34, .22, .24, .55, .36, .88, .60, .86, .76, .58, .72, .26, .54, .08, .40, .14)],
        ],
        [ // 1
            [Line(.50, .08, .50, .92)],
            [Line(.34, .28, .54, .08, .54, .92)],
            [Line(.34, .26, .52, .08, .52, .90), Line(.32, .91, .72, .91)],
        ],
        [ // 2
            [Curve(.24, .28, .36, .11, .60, .10, .74, .26, .66, .48, .44, .70, .22, .90), Line(.22, .90, .78, .90)],
            [Curve(.25, .22, .46, .08, .70, .18, .70, .42, .48, .68, .28, .86, .22, .78, .38, .74, .58, .88, .80, .86)],
        ],
        [ // 3
            [
                Curve(.26, .18, .46, .08, .70, .18, .68, .38, .46, .48),
                Curve(.46, .48, .72, .56, .76, .76, .54, .92, .24, .82),
            ],
            [Line(.26, .10, .72, .10, .46, .42), Curve(.46, .42, .72, .50, .76, .74, .54, .92, .24, .84)],
        ],
        [ // 4
            [Line(.60, .08, .20, .62, .82, .62), Line(.62, .36, .62, .92)],
            [Line(.28, .10, .24, .52, .74, .52), Line(.70, .10, .68, .92)],
        ],
        [ // 5
            [Line(.74, .10, .32, .10, .28, .44), Curve(.28, .44, .52, .38, .74, .52, .74, .76, .52, .92, .24, .84)],
            [Curve(.72, .09, .46, .10, .32, .16, .28, .44, .54, .44, .74, .62, .64, .86, .40, .92, .22, .82)],
        ],
        [ // 6
            [Curve(.68, .10, .44, .24, .28, .52, .28, .78, .48, .92, .70, .82, .72, .62, .54, .50, .30, .64)],
            [Curve(.56, .08, .36, .36, .28, .66, .40, .90, .62, .88, .70, .70, .56, .56, .36, .62, .30, .76)],
        ],
        [ // 7
            [Line(.22, .11, .78, .11, .42, .92)],
            [Line(.22, .12, .76, .12, .44, .92), Line(.34, .50, .72, .50)],
            [Curve(.20, .22, .30, .10, .54, .14, .78, .10, .62, .40, .48, .68, .42, .92)],
        ],
        [ // 8
            [Curve(.50, .48, .30, .34, .34, .14, .52, .08, .70, .16, .70, .36, .50, .48, .28, .62, .28, .84, .50, .92,
                .74, .84, .72, .62, .50, .48)],
            [Curve(.70, .18, .50, .08, .32, .20, .40, .40, .64, .58, .72, .78, .52, .92, .30, .80, .40, .58, .66, .36,
                .70, .18)],
        ],
        [ // 9
            [Curve(.72, .30, .56, .10, .34, .14, .28, .34, .42, .50, .64, .46, .72, .28), Line(.72, .28, .66, .92)],
            [Curve(.70, .24, .48, .08, .28, .26, .36, .48, .58, .46, .71, .26, .70, .60, .58, .86, .36, .90)],
        ],
    ];

    /// <summary>Returns the number of ways of writing the digit.</summary>
    public static int VariantCount(int digit) => Variants[digit].Length;

    /// <summary>Returns the strokes of one way of writing the digit.</summary>
    public static IReadOnlyList<Stroke> Strokes(int digit, int variant) => Variants[digit][variant];

    private static Stroke Curve(params double[] coordinates) => new(true, Points(coordinates));

    private static Stroke Line(params double[] coordinates) => new(false, Points(coordinates));

    private static Vector2[] Points(double[] coordinates) =>
        [.. coordinates.Chunk(2).Select(pair => new Vector2((float)pair[0], (float)pair[1]))];
}
