namespace LogitLens.Storage.Exchange.Export;

/// <summary>What a table export holds.</summary>
/// <param name="Table">Readings, or best layers.</param>
/// <param name="By">How best layers are chosen.</param>
/// <param name="Window">First and last layer they are chosen among; null for 1…L.</param>
/// <param name="EscapeFormulas">In CSV, texts that a spreadsheet would run as a formula (=, +, -, @, tab, carriage return first) get an apostrophe before them.</param>
public sealed record TableOptions(TableKind Table = TableKind.Readings, BestBy By = BestBy.P, (int From, int To)? Window = null, bool EscapeFormulas = true);
