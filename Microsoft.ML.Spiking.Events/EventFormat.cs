namespace Microsoft.ML.Spiking.Events;

/// <summary>The layout of a recording.</summary>
public enum EventFormat
{
    /// <summary>Prophesee EVT 2.0 (.raw): words of 32 bits.</summary>
    Evt2,

    /// <summary>Prophesee EVT 2.1 (.raw): words of 64 bits, each with up to 32 events of a row.</summary>
    Evt21,

    /// <summary>Prophesee EVT 3.0 (.raw): words of 16 bits.</summary>
    Evt3,

    /// <summary>Prophesee .dat: 8 bytes an event.</summary>
    Dat,

    /// <summary>jAER's AEDAT 2.0 (.aedat) of a DVS128 or DAVIS camera, as in CIFAR10-DVS.</summary>
    Aedat2,

    /// <summary>iniVation's AEDAT 3.1 (.aedat), as in DVS Gesture.</summary>
    Aedat3,

    /// <summary>iniVation's AEDAT 4 (.aedat4).</summary>
    Aedat4,

    /// <summary>Event Stream 2.0 (.es), of a DVS or an ATIS.</summary>
    EventStream,

    /// <summary>N-MNIST's and N-Caltech101's .bin: 5 bytes an event, a row of 240 marks time.</summary>
    NMnist,

    /// <summary>SLAYER's .bs1: 5 bytes a spike of one channel, which becomes x.</summary>
    SlayerBs1,

    /// <summary>SLAYER's .bs2: the 5 bytes of N-MNIST, without markers.</summary>
    SlayerBs2,

    /// <summary>SLAYER's .bs3: 7 bytes an event.</summary>
    SlayerBs3,

    /// <summary>NumPy's .npy: an array of [events, 4], as Tonic writes DVS Gesture, or of records.</summary>
    Npy,

    /// <summary>NumPy's .npz with the arrays t, x, y and p, as SpikingJelly writes it.</summary>
    Npz,

    /// <summary>The HDF5 files of spiking audio, SHD and SSC: the unit becomes x.</summary>
    SpikingAudio,
}

/// <summary>The chip that wrote an AEDAT 2.0 recording: it decides what the address bits mean.</summary>
public enum Aedat2Chip
{
    /// <summary>The one that the header's line "# AEChip:" names.</summary>
    FromHeader,

    /// <summary>DVS128: 128x128.</summary>
    Dvs128,

    /// <summary>DAVIS240: 240x180.</summary>
    Davis240,

    /// <summary>DAVIS346: 346x260.</summary>
    Davis346,
}

/// <summary>The moment that times count from.</summary>
public enum EventTimeOrigin
{
    /// <summary>The camera's or the file's own.</summary>
    AsRecorded,

    /// <summary>The first event, which is at time 0.</summary>
    FirstEvent,

    /// <summary>
    /// The first time stamp, which may lie before the first event. It differs from <see cref="FirstEvent"/> in EVT 2,
    /// 2.1 and 3, where Prophesee's own software counts from it.
    /// </summary>
    FirstTimestamp,
}
