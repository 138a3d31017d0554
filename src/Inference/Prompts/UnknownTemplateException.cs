namespace LogitLens.Inference.Prompts;

/// <summary>A chat template that uses more of Jinja than is read here; it never leaves <see cref="ChatTemplate"/>.</summary>
internal sealed class UnknownTemplateException(string message) : Exception(message);
