using System.Data.Common;
using LogitLens.Dashboard.Languages;
using LogitLens.Inference;
using LogitLens.Storage;
using Microsoft.Extensions.Localization;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Tells what went wrong in a sentence, where it is the world's doing; a bug stays an exception.</summary>
internal static class Failures
{
    private static readonly IStringLocalizer L = Texts.Of<CommonTexts>();

    /// <summary>The sentence, or null if the exception is a bug that the error boundary should show.</summary>
    /// <param name="exception">What happened.</param>
    /// <param name="attempt">What was being done: a translated sentence without its full stop: <c>The runs could not be read</c>.</param>
    public static string? Describe(Exception exception, string attempt) => exception switch
    {
        RefusedInputException or StorageException => exception.Message,
        DbException or IOException or UnauthorizedAccessException or TimeoutException =>
            L["{0}: {1}. Nothing was lost; try again.", attempt, exception.Message.TrimEnd('.')],
        _ when exception.InnerException is { } inner => Describe(inner, attempt),
        _ => null,
    };
}
