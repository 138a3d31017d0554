namespace LogitLens.Inference.Tests.Hostile;

/// <summary>What is in a file, for damage that knows where it hurts.</summary>
internal enum HostileForm
{
    /// <summary>Text in JSON.</summary>
    Json,

    /// <summary>A length, a header in JSON, numbers.</summary>
    Safetensors,

    /// <summary>A protocol buffers message.</summary>
    Protobuf,

    /// <summary>A chat template.</summary>
    Template,
}
