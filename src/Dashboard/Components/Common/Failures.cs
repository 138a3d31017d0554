using System.Data.Common;
using LogitLens.Inference;
using LogitLens.Storage;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Tells what went wrong in a sentence, where it is the world's doing; a bug stays an exception.</summary>
internal static class Failures
{
    /// <summary>The sentence, or null if the exception is a bug that the error boundary should show.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="attempt">What was being done, to follow "could not": <c>be read</c>, <c>be deleted</c>; with its subject, <c>The runs could not be read</c>.</param>
    public static string? Describe(Exception exception, string attempt) => exception switch
    {
        RefusedInputException or StorageException => exception.Message,
        DbException or IOException or UnauthorizedAccessException or TimeoutException =>
            $"{attempt}: {exception.Message.TrimEnd('.')}. Nothing was lost; try again.",
        _ when exception.InnerException is { } inner => Describe(inner, attempt),
        _ => null,
    };
}
