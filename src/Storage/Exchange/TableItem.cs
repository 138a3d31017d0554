namespace LogitLens.Storage.Exchange;

/// <summary>One item of a table.</summary>
/// <param name="Image">The picture's file name or path, as the table has it.</param>
/// <param name="Prompt">The question or prompt; null where the table has none.</param>
/// <param name="TrueAnswer">The right answer; null where the table has none.</param>
/// <param name="Line">The line of the file on which the item begins, counted from 1.</param>
public sealed record TableItem(string Image, string? Prompt, string? TrueAnswer, int Line);
