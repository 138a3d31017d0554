namespace LogitLens.Dashboard.Exports;

/// <summary>What was to be exported is not there; the message is a sentence for people.</summary>
internal sealed class MissingExportException(string message) : Exception(message);
