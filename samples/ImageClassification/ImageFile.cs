namespace ImageClassification;

/// <summary>A row of the data: an image file and its class.</summary>
internal sealed class ImageFile
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}
