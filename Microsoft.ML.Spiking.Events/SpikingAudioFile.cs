using System.Globalization;
using Microsoft.ML.Spiking.Events.Formats.Arrays;
using PureHDF;
using PureHDF.Selections;
using static System.FormattableString;

namespace Microsoft.ML.Spiking.Events;

/// <summary>
/// A file of spiking audio, as of the Spiking Heidelberg Digits and the Spiking Speech Commands: HDF5 with the datasets
/// "spikes/times" in seconds and "spikes/units", a list for each recording, and "labels".
/// </summary>
public sealed class SpikingAudioFile : IDisposable
{
    /// <summary>The number of units (channels of the artificial cochlea) in these data sets.</summary>
    public const int Units = 700;

    // What a file states is allocated before it is read: SSC, the largest data set, has 75,466 recordings.
    private const int MostSpikes = 1 << 24, MostRecordings = 1 << 20;

    private readonly PureHDF.VOL.Native.NativeFile _file;
    private readonly IH5Dataset _times;
    private readonly IH5Dataset _units;
    private readonly string _name;

    private SpikingAudioFile(Stream stream, string name, bool leaveOpen)
    {
        _name = name;
        _file = Guard(() => H5File.Open(new Hdf5Stream(stream, leaveOpen), leaveOpen: false));
        try
        {
            _times = Dataset("spikes/times");
            _units = Dataset("spikes/units");
            IH5Dataset labels = Dataset("labels");
            ulong times = Guard(() => _times.Space.Dimensions.Single());
            ulong units = Guard(() => _units.Space.Dimensions.Single());
            ulong classes = Guard(() => labels.Space.Dimensions.Single());
            if (times != units || times != classes)
            {
                throw Fault(Invariant($"spikes/times has {times} recordings, spikes/units {units} and labels ") +
                    Invariant($"{classes}; they must be alike"));
            }
            if (times > MostRecordings)
            {
                throw Fault(Invariant($"it has {times} recordings; {MostRecordings} are the most that are read"));
            }
            Labels = Guard(() => ReadLabels(labels));
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Gets the number of recordings.</summary>
    public int Count => Labels.Count;

    /// <summary>Gets the class of each recording.</summary>
    public IReadOnlyList<long> Labels { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="EventFormatException">It is no such file; the message says why.</exception>
    public static SpikingAudioFile Open(string path) => Open(File.OpenRead(path), path, leaveOpen: false);

    /// <summary>Reads a recording: x is the unit, y is 0 and every spike is on.</summary>
    /// <param name="recording">From 0 up to, but not including, <see cref="Count"/>.</param>
    /// <exception cref="EventFormatException">The recording is damaged; the message says why.</exception>
    public IReadOnlyList<Event> Read(int recording)
    {
        if (recording < 0 || recording >= Count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(recording), Invariant($"There is no recording {recording}; the file has {Count}, counted ") +
                    "from 0.");
        }
        (float[] seconds, long[] units) = ReadArrays(recording);
        var events = new Event[seconds.Length];
        for (int i = 0; i < events.Length; i++)
        {
            if (units[i] is < 0 or >= Units || !float.IsFinite(seconds[i]))
            {
                throw Fault(Invariant($"spike {i} of recording {recording} is of unit {units[i]} at {seconds[i]} s"));
            }
            events[i] = new Event((long)Math.Round(seconds[i] * 1e6), (ushort)units[i], 0, On: true);
        }
        return events;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    internal static SpikingAudioFile Open(Stream stream, string name, bool leaveOpen)
    {
        try
        {
            return new SpikingAudioFile(stream, name, leaveOpen);
        }
        catch when (!leaveOpen)
        {
            stream.Dispose();
            throw;
        }
    }

    internal (float[] Seconds, long[] Units) ReadArrays(int recording)
    {
        var one = new HyperslabSelection((ulong)recording, 1);
        float[] seconds = Guard(() => SizeOf(_times) switch
        {
            2 => Array.ConvertAll(_times.Read<Half[][]>(one)[0], value => (float)value),
            4 => _times.Read<float[][]>(one)[0],
            8 => Array.ConvertAll(_times.Read<double[][]>(one)[0], value => (float)value),
            int size => throw new InvalidDataException(Invariant($"spikes/times has numbers of {size} bytes")),
        });
        long[] units = Guard(() => SizeOf(_units) switch
        {
            1 => Array.ConvertAll(_units.Read<byte[][]>(one)[0], value => (long)value),
            2 => Array.ConvertAll(_units.Read<ushort[][]>(one)[0], value => (long)value),
            4 => Array.ConvertAll(_units.Read<int[][]>(one)[0], value => (long)value),
            8 => _units.Read<long[][]>(one)[0],
            int size => throw new InvalidDataException(Invariant($"spikes/units has numbers of {size} bytes")),
        });
        return seconds.Length == units.Length && seconds.Length <= MostSpikes ? (seconds, units)
            : throw Fault(Invariant($"recording {recording} has {seconds.Length} times and {units.Length} units"));
    }

    private static long[] ReadLabels(IH5Dataset labels) => labels.Type.Size switch
    {
        1 => Array.ConvertAll(labels.Read<byte[]>(), value => (long)value),
        2 => Array.ConvertAll(labels.Read<ushort[]>(), value => (long)value),
        4 => Array.ConvertAll(labels.Read<int[]>(), value => (long)value),
        8 => labels.Read<long[]>(),
        int size => throw new InvalidDataException(Invariant($"labels has numbers of {size} bytes")),
    };

    private static int SizeOf(IH5Dataset dataset) => dataset.Type.VariableLength.BaseType.Size;

    private IH5Dataset Dataset(string path) =>
        Guard(() => _file.LinkExists(path) ? _file.Dataset(path) : throw new InvalidDataException($"there is no " +
            $"dataset '{path}'"));

    // What PureHDF throws for damaged files is of many types.
    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is not EventFormatException)
        {
            throw Fault(exception.Message.TrimEnd('.'), exception);
        }
    }

    private EventFormatException Fault(string reason, Exception? inner = null) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{_name} is not a file of spiking audio, with spikes/times, spikes/units and labels in HDF5: {reason}."), 0,
            inner);
}
