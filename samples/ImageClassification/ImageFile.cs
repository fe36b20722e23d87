namespace ImageClassification;

/// <summary>A row of the data: an image on the disk and what it shows.</summary>
internal sealed class ImageFile
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}
