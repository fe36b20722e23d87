namespace SpikingImages;

/// <summary>An image file and its class, which is the name of its folder.</summary>
internal sealed class Picture
{
    public string Path { get; set; } = "";

    public string Label { get; set; } = "";

    /// <summary>Returns the images in the folders of a folder.</summary>
    public static IEnumerable<Picture> In(string folder) =>
        from path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        where System.IO.Path.GetExtension(path).ToLowerInvariant() is ".png" or ".jpg" or ".jpeg" or ".bmp"
        orderby path
        select new Picture { Path = path, Label = Directory.GetParent(path)!.Name };
}

/// <summary>The model's prediction for an image.</summary>
internal sealed class Prediction
{
    public string PredictedLabel { get; set; } = "";

    /// <summary>Gets or sets the probability of each class.</summary>
    public float[] Score { get; set; } = [];
}
