#pragma warning disable CA1716
namespace LogitLens.Storage.Catalogue;

/// <summary>A run's id; also its address in URLs.</summary>
public readonly record struct RunId(Guid Value)
{
    /// <summary>A new, time-ordered id.</summary>
    public static RunId New() => new(Guid.CreateVersion7());

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("N");
}

/// <summary>An analysis' id; also its address in URLs.</summary>
public readonly record struct AnalysisId(long Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>An image's id; URLs use its SHA-256.</summary>
public readonly record struct ImageId(long Value);

/// <summary>A checkpoint's id; URLs use its hash.</summary>
public readonly record struct CheckpointId(long Value);
