namespace LogitLens.Dashboard.Exports;

/// <summary>What was to be exported is not there, or not yet; the message is a sentence for people.</summary>
internal sealed class ExportRefusedException(string message, bool isMissing) : Exception(message)
{
    /// <summary>It is not there; otherwise it is not done yet.</summary>
    public bool IsMissing { get; } = isMissing;
}
