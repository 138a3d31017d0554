using System.Text.Json.Serialization;

namespace LogitLens.Storage.Labels;

/// <summary>What something bears.</summary>
/// <param name="Tags">By name.</param>
/// <param name="Note">Null where there is none.</param>
public sealed record SubjectLabels(IReadOnlyList<SubjectTag> Tags, SubjectNote? Note)
{
    /// <summary>Nothing.</summary>
    public static SubjectLabels None { get; } = new([], null);

    /// <summary>Whether it is nothing.</summary>
    [JsonIgnore]
    public bool IsEmpty => Tags.Count == 0 && Note is null;
}
