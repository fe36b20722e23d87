using System.Formats.Tar;
using SharpCompress.Compressors.Xz;
using Spectre.Console;

namespace ImageClassification;

/// <summary>The default images: CIFAR-10 as JPEG files, unpacked once.</summary>
internal static class Cifar10
{
    private const string Archive = "cifar10-jpeg.tar.xz";
    private const string Variable = "SPIKING_DATA";

    /// <summary>Returns the folder of train/ and test/, and unpacks it from the archive the first time.</summary>
    /// <exception cref="UsageException">The archive is missing or damaged.</exception>
    public static string Folder()
    {
        string archive = FindArchive();
        string cache = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        string folder = Path.Combine(cache, "Microsoft.ML.Spiking", "cifar10-jpeg");
        if (!Directory.Exists(folder))
        {
            AnsiConsole.MarkupLineInterpolated($"unpacking {archive} to {folder}, once");
            Unpack(archive, folder);
        }
        return folder;
    }

    /// <summary>
    /// Finds the archive in the folder that the variable names, else in "shared/data" beside the repository.
    /// </summary>
    private static string FindArchive()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            string archive = Path.Combine(named, Archive);
            return File.Exists(archive)
                ? archive
                : throw new UsageException($"There is no {Archive} in '{named}', the folder that {Variable} names; " +
                    "name the right one, or a folder of images with --data.");
        }
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string archive = Path.Combine(at.FullName, "shared", "data", Archive);
            if (File.Exists(archive))
            {
                return archive;
            }
        }
        throw new UsageException(
            $"There are no images: name a folder of class folders with --data, or set {Variable} " +
            $"to the folder of {Archive}.");
    }

    /// <summary>Unpacks under another name first, so that the folder exists completely or not at all.</summary>
    private static void Unpack(string archive, string folder)
    {
        string partial = $"{folder}.{Environment.ProcessId}";
        Directory.CreateDirectory(partial);
        try
        {
            using (FileStream file = File.OpenRead(archive))
            using (var xz = new XZStream(file))
            {
                TarFile.ExtractToDirectory(xz, partial, overwriteFiles: true);
            }
            Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            // Another process was faster.
        }
        catch (Exception exception) when (
            exception is InvalidDataException or SharpCompress.Common.SharpCompressException)
        {
            throw new UsageException($"'{archive}' cannot be unpacked: {exception.Message}");
        }
        finally
        {
            if (Directory.Exists(partial))
            {
                Directory.Delete(partial, recursive: true);
            }
        }
    }
}
