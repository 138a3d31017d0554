namespace LogitLens.Dashboard.Commands;

/// <summary>Which attention weights <c>trace</c> keeps.</summary>
internal enum TraceAttentions
{
    None,

    /// <summary>The last position's row of every head.</summary>
    Last,

    /// <summary>Every row, the mean over heads.</summary>
    Mean,

    /// <summary>Every row of every head.</summary>
    All,
}
