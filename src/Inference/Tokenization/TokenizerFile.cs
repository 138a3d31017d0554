using System.Text.Json;
using System.Text.Unicode;

namespace LogitLens.Inference.Tokenization;

/// <summary>Reads the tokenizer's files; whatever is wrong with one of them becomes a sentence that names it.</summary>
internal static class TokenizerFile
{
    /// <summary>Several times what published tokenizers have (tens of megabytes), but no memory's fill.</summary>
    private const long MaximumBytes = 128L << 20;

    /// <summary>The whole file, or null where there is none.</summary>
    public static byte[]? TryRead(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            using var handle = File.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            if (length > MaximumBytes)
            {
                throw new RefusedInputException(
                    $"{path} has {length:N0} bytes, but a tokenizer's file may have {MaximumBytes:N0} at most: download the checkpoint's {name} again.");
            }

            var bytes = new byte[length];
            var read = 0;
            while (read < bytes.Length)
            {
                var count = RandomAccess.Read(handle, bytes.AsSpan(read), read);
                if (count == 0)
                {
                    throw new RefusedInputException($"{path} was cut short while it was read: try again when nothing writes to it.");
                }

                read += count;
            }

            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{path} cannot be read ({e.Message}): check that it is a file and that this account may read it.", e);
        }
    }

    /// <summary>The file as a JSON object, or null where there is none. The caller disposes it.</summary>
    public static JsonDocument? TryReadJson(string folder, string name)
    {
        var bytes = TryRead(folder, name);
        return bytes is null ? null : Parse(Path.Combine(folder, name), bytes);
    }

    private static JsonDocument Parse(string path, byte[] bytes)
    {
        JsonDocument document;
        try
        {
            RequireUnicode(path, bytes);
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw new RefusedInputException($"{path} is no readable JSON (line {e.LineNumber + 1}): download it again.", e);
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            throw new RefusedInputException($"{path} should hold a JSON object: download it again.");
        }

        return document;
    }

    /// <summary>System.Text.Json finds out that a string is no Unicode only when somebody asks for that string; here it is found out once.</summary>
    private static void RequireUnicode(string path, byte[] bytes)
    {
        var isUnicode = Utf8.IsValid(bytes);
        if (isUnicode && (bytes.AsSpan().IndexOf("\\ud"u8) >= 0 || bytes.AsSpan().IndexOf("\\uD"u8) >= 0))
        {
            var reader = new Utf8JsonReader(bytes);
            try
            {
                while (reader.Read())
                {
                    if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    {
                        _ = reader.GetString();
                    }
                }
            }
            catch (InvalidOperationException)
            {
                isUnicode = false;
            }
        }

        if (!isUnicode)
        {
            throw new RefusedInputException($"{path} holds text that is no Unicode: download it again.");
        }
    }
}
