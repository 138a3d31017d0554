namespace LogitLens.Inference;

/// <summary>An input that cannot be used: a picture, a prompt, a checkpoint folder, a setting.</summary>
/// <remarks>The message is one sentence a person can act on: what was given, which limit it breaks, what to do.</remarks>
public sealed class RefusedInputException : Exception
{
    /// <summary>Creates the exception with the sentence shown to people.</summary>
    public RefusedInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with the sentence shown to people and the cause kept for the log.</summary>
    public RefusedInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
