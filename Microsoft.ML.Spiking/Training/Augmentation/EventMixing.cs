using Microsoft.ML.Spiking.Randomness;

namespace Microsoft.ML.Spiking.Training.Augmentation;

/// <summary>
/// The mixing of rows of event frames with the row before them: EventMix, a region of time and space, or cutmix over
/// time, a span of steps.
/// </summary>
internal static class EventMixing
{
    private const int Gaussians = 3;

    /// <summary>Takes a span of steps from the row before, the same in all rows.</summary>
    /// <param name="features">[rows, features].</param>
    /// <param name="images">The rows' layout.</param>
    /// <param name="alpha">Of the distribution of the share that stays.</param>
    /// <param name="random">The batch's random numbers.</param>
    /// <param name="scratch">At least a row.</param>
    /// <returns>The share of each row that stays its own.</returns>
    public static double CutTime(
        Span<float> features, in ImageLayout images, double alpha, RandomStream random, Span<float> scratch)
    {
        double share = BetaDistribution.Next(ref random, alpha);
        int steps = (int)Math.Round((1 - share) * images.Frames);
        int first = random.NextInt32(images.Frames - steps + 1);
        int size = images.Channels * images.PlaneSize, start = first * size, length = steps * size;
        RowOrder.ForEach(features, images.RowSize, scratch, (before, row, _) =>
            before.Slice(start, length).CopyTo(row[start..]));
        return 1 - ((double)steps / images.Frames);
    }

    /// <summary>Takes a region of each second row, on average, from the row before.</summary>
    /// <param name="features">[rows, features].</param>
    /// <param name="images">The rows' layout.</param>
    /// <param name="beta">Of the distribution of the region's share.</param>
    /// <param name="randomOf">The random numbers of each row of the batch.</param>
    /// <param name="scratch">At least a row.</param>
    /// <param name="shares">Takes the share of each row that stays its own.</param>
    public static void MixEvents(Span<float> features, ImageLayout images, double beta,
        Func<int, RandomStream> randomOf, Span<float> scratch, double[] shares)
    {
        float[] heights = new float[images.Frames * images.PlaneSize];
        float[] sorted = new float[heights.Length];
        RowOrder.ForEach(features, images.RowSize, scratch, (before, row, index) =>
        {
            RandomStream random = randomOf(index);
            shares[index] = 1;
            if (random.NextInt32(2) == 0)
            {
                return;
            }
            double share = BetaDistribution.Next(ref random, beta);
            int count = (int)Math.Round(share * heights.Length);
            FillHeights(heights, images, ref random);
            heights.CopyTo(sorted, 0);
            float threshold = count == 0 ? float.PositiveInfinity : RowOrder.Select(sorted, sorted.Length - count);
            shares[index] = Copy(before, row, images, heights, threshold);
        });
    }

    /// <summary>Copies the values where the heights reach a threshold.</summary>
    /// <param name="before">The other row.</param>
    /// <param name="row">The row.</param>
    /// <param name="images">The layout of both.</param>
    /// <param name="heights">[frames, height, width].</param>
    /// <param name="threshold">The least height of the region.</param>
    /// <returns>
    /// The share of the row's own label: 1 - r2 / (1 - r1 + r2), where r1 and r2 are the shares of the events of the
    /// row and of the other that lie in the region.
    /// </returns>
    public static double Copy(ReadOnlySpan<float> before, Span<float> row, in ImageLayout images,
        ReadOnlySpan<float> heights, float threshold)
    {
        double all = 0, inside = 0, allOfOther = 0, insideOfOther = 0;
        for (int plane = 0, i = 0; plane < images.Planes; plane++)
        {
            ReadOnlySpan<float> region =
                heights.Slice(plane / images.Channels * images.PlaneSize, images.PlaneSize);
            for (int pixel = 0; pixel < region.Length; pixel++, i++)
            {
                double own = Math.Abs(row[i]), other = Math.Abs(before[i]);
                all += own;
                allOfOther += other;
                if (region[pixel] >= threshold)
                {
                    inside += own;
                    insideOfOther += other;
                    row[i] = before[i];
                }
            }
        }
        double ownShare = all == 0 ? 0 : inside / all;
        double otherShare = allOfOther == 0 ? 0 : insideOfOther / allOfOther;
        double total = 1 - ownShare + otherShare;
        return total == 0 ? 1 : 1 - (otherShare / total);
    }

    // A Gaussian over time, height and width is a product of three, so that a value costs a product for each.
    private static void FillHeights(Span<float> heights, in ImageLayout images, ref RandomStream random)
    {
        heights.Clear();
        float[] times = new float[images.Frames], rows = new float[images.Height], columns = new float[images.Width];
        for (int i = 0; i < Gaussians; i++)
        {
            float weight = random.NextSingle();
            FillGaussian(times, ref random);
            FillGaussian(rows, ref random);
            FillGaussian(columns, ref random);
            int place = 0;
            foreach (float time in times)
            {
                foreach (float row in rows)
                {
                    float factor = weight * time * row;
                    foreach (float column in columns)
                    {
                        heights[place++] += factor * column;
                    }
                }
            }
        }
    }

    private static void FillGaussian(Span<float> values, ref RandomStream random)
    {
        double center = random.NextDouble() * values.Length;
        double deviation = Math.Max(random.NextDouble(), 0.1) * values.Length / 2;
        for (int i = 0; i < values.Length; i++)
        {
            double distance = (i + 0.5 - center) / deviation;
            values[i] = (float)Math.Exp(-0.5 * distance * distance);
        }
    }
}
