namespace LogitLens.Storage.Catalogue;

/// <summary>A run's id; also its address in URLs.</summary>
public readonly record struct RunId(Guid Value)
{
    /// <summary>A new, time-ordered id.</summary>
    public static RunId New() => new(Guid.CreateVersion7());

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}
