namespace LogitLens.Storage.Tokens;

/// <summary>Where positions came from, as the token index tells them apart.</summary>
public enum TokenPlace : byte
{
    /// <summary>Patches of the picture.</summary>
    Patch = 0,

    /// <summary>Everything else: the prompt's text, line features between rows of patches, and the answer's tokens.</summary>
    Text = 1,
}
