using System.Text.Json.Serialization;

namespace Microsoft.ML.Spiking;

/// <summary>
/// In which order a feature vector has the values of an image. Networks work on [channels, height, width]; what comes
/// in another order is brought into that one when it is read, in training and scoring alike.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<PixelOrder>))]
public enum PixelOrder
{
    /// <summary>
    /// Channel after channel, [channels, height, width]: what ML.NET's ExtractPixels gives by default.
    /// </summary>
    Planar,

    /// <summary>
    /// Pixel after pixel, [height, width, channels]: what ExtractPixels gives with interleavePixelColors.
    /// </summary>
    Interleaved,
}
