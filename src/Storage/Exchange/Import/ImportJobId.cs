namespace LogitLens.Storage.Exchange.Import;

/// <summary>An import's id; also its address in URLs.</summary>
public readonly record struct ImportJobId(Guid Value)
{
    /// <summary>A new one.</summary>
    public static ImportJobId New() => new(Guid.NewGuid());

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}
