using OpenReferences;

if (args.Length < 2)
{
    Console.Error.WriteLine("usage: OpenReferences <output folder> <assembly>...");
    return 1;
}

Directory.CreateDirectory(args[0]);
foreach (string source in args.AsSpan(1))
{
    byte[] image = File.ReadAllBytes(source);
    MetadataOpener.Open(image);

    // Written to a temporary file and moved, so that projects that build at the same time never see half a file.
    string target = Path.Combine(args[0], Path.GetFileName(source));
    string aside = $"{target}.{Environment.ProcessId}";
    File.WriteAllBytes(aside, image);
    File.Move(aside, target, overwrite: true);
}

return 0;
