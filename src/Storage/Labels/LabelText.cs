namespace LogitLens.Storage.Labels;

/// <summary>What tags and notes may be.</summary>
public static class LabelText
{
    /// <summary>Characters of a tag at most.</summary>
    public const int LongestTag = 60;

    /// <summary>Characters of a note at most.</summary>
    public const int LongestNote = 4000;

    /// <summary>Tags of one thing that are taken from elsewhere at most.</summary>
    internal const int MostImported = 1000;

    /// <summary>Characters of a person's name that are taken from elsewhere at most.</summary>
    internal const int LongestPerson = 200;

    /// <summary>Why this cannot be a tag, in a sentence; null if it can.</summary>
    public static string? RefuseTag(string? tag)
    {
        var text = tag?.Trim() ?? string.Empty;
        return text.Length == 0 ? "A tag has at least one character: write one."
            : text.Length > LongestTag ? $"The tag has {text.Length} characters and {LongestTag} is the most: shorten it, and write the rest into a note."
            : text.Contains(',', StringComparison.Ordinal) || text.Any(char.IsControl) ? "A tag has no commas and no line breaks: add one after the other."
            : null;
    }

    /// <summary>Why this cannot be a note, in a sentence; null if it can.</summary>
    public static string? RefuseNote(string? note) =>
        note?.Length > LongestNote ? $"The note has {note.Length} characters and {LongestNote} is the most: shorten it." : null;

    /// <summary>Whether labels that come from elsewhere are such as could have been put on here.</summary>
    internal static bool IsAcceptable(SubjectLabels? labels) => labels is null
        || (labels.Tags.Count <= MostImported && labels.Tags.All(tag => RefuseTag(tag.Name) is null && !(tag.AddedBy?.Length > LongestPerson))
            && (labels.Note is not { } note || (RefuseNote(note.Text) is null && !string.IsNullOrWhiteSpace(note.Text) && !(note.ChangedBy?.Length > LongestPerson))));
}
