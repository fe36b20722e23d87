namespace Microsoft.ML.Spiking.Runtime.Zip;

/// <summary>ML.NET's transforms, by the signatures of their main streams.</summary>
internal static class PrecedingTransform
{
    /// <summary>
    /// Returns the name by which a transform is refused, as users know it from <c>mlContext.Transforms</c>; null for
    /// one that leaves values as they are: keys of the label, types, copied, joined and selected columns, and chains,
    /// whose parts have signatures of their own.
    /// </summary>
    /// <param name="signature">Eight characters; null where they cannot be read.</param>
    public static string? NameOf(string? signature) => signature switch
    {
        "TERMTRNF" or "CONVERTF" or "COPYCOLT" or "CONCAT F" or "SELCOLST" or "XF CHAIN" or "NOOPNOOP" => null,
        "NORMALZR" => "a normalization such as NormalizeMinMax or NormalizeMeanVariance",
        "GCNORMAF" => "NormalizeLpNorm or NormalizeGlobalContrast",
        "KEY2VECT" => "OneHotEncoding or MapKeyToVector",
        "KEY2BINR" => "MapKeyToBinaryVector",
        "HASHTRNS" => "Hash or OneHotHashEncoding",
        "VALUMAPG" => "MapValue",
        "KEY2VALT" => "MapKeyToValue",
        "NAREP TF" => "ReplaceMissingValues",
        "NAIND TF" => "IndicateMissingValues",
        "NADROPXF" => "DropMissingValues",
        "DROPSLOT" => "a selection of features",
        "PCA FUNC" => "ProjectToPrincipalComponents",
        "RFF FUNC" => "ApproximatedKernelMap",
        "TEXT XFR" => "FeaturizeText",
        "TEXTNORM" => "NormalizeText",
        "WRDTOKNS" => "TokenizeIntoWords",
        "NGRAMTRN" => "ProduceNgrams",
        "HASHGRAM" => "ProduceHashedNgrams",
        "IMGLOADR" => "LoadImages",
        "IMGSCALF" => "ResizeImages",
        "IMGGRAYT" => "ConvertToGrayscale",
        "IMGPXEXT" => "ExtractPixels",
        "ONNXSCOR" => "ApplyOnnxModel",
        "EXPRTRNF" => "Expression",
        null => "one that cannot be read",
        _ => $"one with the signature '{signature.Trim()}'",
    };
}
