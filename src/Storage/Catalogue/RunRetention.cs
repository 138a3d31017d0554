namespace LogitLens.Storage.Catalogue;

/// <summary>A run's rule of retention.</summary>
/// <param name="Days">With <see cref="RetentionKind.Days"/>: how many, 0 … 36,500; else null.</param>
public sealed record RunRetention(RetentionKind Kind, int? Days = null)
{
    /// <summary>As the server's setting says.</summary>
    public static RunRetention Default { get; } = new(RetentionKind.Default);

    /// <summary>The most days there can be.</summary>
    public const int MostDays = 36_500;
}
