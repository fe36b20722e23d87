using Microsoft.ML.Data;

namespace ImageClassification;

/// <summary>Names the damaged image file, which ML.NET's message does not.</summary>
internal static class UnreadableImage
{
    /// <summary>Returns whether the exception comes from reading an image, on any thread.</summary>
    public static bool IsMeant(Exception exception) =>
        exception.GetBaseException().Source == typeof(ImageLoadingTransformer).Assembly.GetName().Name;

    /// <summary>Returns the first file that is not an image; null if all are.</summary>
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
