namespace WebService.Models;

/// <summary>
/// The state of a file as seen without reading it; a file that is renamed into its place has another one.
/// </summary>
/// <param name="Length">Length in bytes; -1 without a file.</param>
/// <param name="Written">The time of the last write.</param>
/// <param name="Created">The time of creation, if the file system knows it.</param>
internal readonly record struct FileStamp(long Length, DateTime Written, DateTime Created)
{
    private static readonly FileStamp Absent = new(-1, default, default);

    /// <summary>Returns the file's stamp; for a link, that of its target.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            FileInfo file = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc) : Absent;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Absent; // while it is being replaced
        }
    }
}
