namespace LogitLens.Storage.Tokens;

/// <summary>Which positions a search looks at.</summary>
public enum TokenPlaces : byte
{
    /// <summary>All.</summary>
    Any = 0,

    /// <summary><see cref="TokenPlace.Patch"/> only.</summary>
    Patch = 1,

    /// <summary><see cref="TokenPlace.Text"/> only.</summary>
    Text = 2,
}
