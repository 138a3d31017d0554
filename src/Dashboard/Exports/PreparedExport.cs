using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Exports;

/// <summary>An export that was checked and can be written.</summary>
/// <param name="FileName">With extension; any script, but nothing that a file system refuses.</param>
/// <param name="Total">Analyses in it.</param>
/// <param name="WriteAsync">Writes it to a stream that need not seek, partly by synchronous calls; the stream stays open.</param>
internal sealed record PreparedExport(string FileName, string MediaType, int Total, Func<Stream, Action<ExchangeProgress>, CancellationToken, Task> WriteAsync);
