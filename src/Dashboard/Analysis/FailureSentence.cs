using LogitLens.Inference;
using LogitLens.Storage;

namespace LogitLens.Dashboard.Analysis;

/// <summary>What a failed analysis tells people.</summary>
internal static class FailureSentence
{
    /// <summary>The sentence of a failure that was foreseen, or null for a bug.</summary>
    public static string? Expected(Exception exception) => exception is RefusedInputException or StorageException ? exception.Message : null;

    /// <summary>The sentence for a bug.</summary>
    /// <param name="errorId">Stands beside the exception in the log.</param>
    public static string Unexpected(Exception exception, string errorId) =>
        $"The analysis failed in a way that was not foreseen ({exception.GetType().Name}): retry it, and if it fails again, look for error {errorId} in LogitLens' log.";
}
