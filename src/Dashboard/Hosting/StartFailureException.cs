namespace LogitLens.Dashboard.Hosting;

/// <summary>LogitLens cannot start here; the message is a sentence that says why and what to do.</summary>
public sealed class StartFailureException(string message, Exception? innerException = null) : Exception(message, innerException);
