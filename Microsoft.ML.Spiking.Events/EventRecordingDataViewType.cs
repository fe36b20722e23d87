using Microsoft.ML.Data;

namespace Microsoft.ML.Spiking.Events;

/// <summary>The type of a column of <see cref="EventRecording"/>.</summary>
public sealed class EventRecordingDataViewType : StructuredDataViewType
{
    private EventRecordingDataViewType()
        : base(typeof(EventRecording))
    {
    }

    /// <summary>Gets the type.</summary>
    public static EventRecordingDataViewType Instance { get; } = new();

    /// <inheritdoc/>
    public override bool Equals(DataViewType? other) => other is EventRecordingDataViewType;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EventRecordingDataViewType;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(EventRecordingDataViewType).GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => "EventRecording";
}

/// <summary>
/// Marks a property of type <see cref="EventRecording"/> of a class of rows, as in
/// <see cref="PredictionEngine{TSrc, TDst}"/>.
/// </summary>
public sealed class EventRecordingTypeAttribute : DataViewTypeAttribute
{
    /// <inheritdoc/>
    public override bool Equals(DataViewTypeAttribute? other) => other is EventRecordingTypeAttribute;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EventRecordingTypeAttribute;

    /// <inheritdoc/>
    public override int GetHashCode() => typeof(EventRecordingTypeAttribute).GetHashCode();

    /// <inheritdoc/>
    public override void Register() => DataViewTypeManager.Register(
        EventRecordingDataViewType.Instance, typeof(EventRecording), this);
}

/// <summary>A row of a data view of recordings.</summary>
public sealed class EventRecordingRow
{
    /// <summary>Gets or sets what the recording shows.</summary>
    public string Label { get; set; } = "";

    /// <summary>Gets or sets the recording.</summary>
    [EventRecordingType]
    public EventRecording? Recording { get; set; }
}
