using Microsoft.ML.Data;

namespace ImageClassification;

/// <summary>Says which image file is damaged: ML.NET's message does not.</summary>
internal static class UnreadableImage
{
    /// <summary>Whether the exception comes from reading an image, on whichever thread.</summary>
    public static bool IsMeant(Exception exception) =>
        exception.GetBaseException().Source == typeof(ImageLoadingTransformer).Assembly.GetName().Name;

    /// <summary>The first file that is no image; null if all are.</summary>
    public static string? Find(ImageSets images) =>
        images.Train.Concat(images.Validation).Concat(images.Test)
            .Select(image => image.ImagePath).FirstOrDefault(file => !IsImage(file));

    private static bool IsImage(string file)
    {
        try
        {
            MLImage.CreateFromFile(file).Dispose();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
