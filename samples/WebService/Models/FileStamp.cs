namespace WebService.Models;

/// <summary>What can be seen of a file without reading it. A file that is renamed into the place has another one.</summary>
/// <param name="Length">In bytes; -1 where there is no file.</param>
/// <param name="Written">When it was last written.</param>
/// <param name="Created">When it was created, where the disk knows that.</param>
internal readonly record struct FileStamp(long Length, DateTime Written, DateTime Created)
{
    private static readonly FileStamp Absent = new(-1, default, default);

    /// <summary>The file's stamp; of a link, that of the file that it leads to.</summary>
    public static FileStamp Of(string path)
    {
        try
        {
            FileInfo file = (FileInfo?)File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path);
            return file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc, file.CreationTimeUtc) : Absent;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Absent; // between two names
        }
    }
}
