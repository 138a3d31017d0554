namespace LogitLens.Storage.Readings;

/// <summary>Which stretch of positions a reading covers.</summary>
public enum ReadingSegment : byte
{
    /// <summary>The prompt's positions, the picture's patches among them.</summary>
    Prompt = 0,

    /// <summary>Answer tokens that were fed back.</summary>
    Answer = 1,
}
