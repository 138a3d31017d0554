using System.Text.Json;

namespace LogitLens.Inference.Checkpoints;

/// <summary>Reads the small JSON files of a checkpoint folder.</summary>
internal static class JsonFile
{
    /// <summary>Parses a file whose outermost value is an object and lets <paramref name="read"/> take from it what it needs.</summary>
    /// <exception cref="RefusedInputException">Unreadable, larger than <paramref name="maxBytes"/>, no JSON object, or refused by <paramref name="read"/>.</exception>
    internal static T Read<T>(string path, long maxBytes, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(ReadBytes(path, maxBytes));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(document.RootElement)
                : throw new RefusedInputException($"{path} is not a JSON object: download it again.");
        }
        catch (JsonException exception)
        {
            throw new RefusedInputException($"{path} is not valid JSON (line {exception.LineNumber + 1}): download it again.", exception);
        }
        catch (InvalidOperationException exception)
        {
            // Thrown for a string that is no valid UTF-8 or half a surrogate pair, and only once it is asked for.
            throw new RefusedInputException($"{path} holds a text that is not valid Unicode: download it again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    private static byte[] ReadBytes(string path, long maxBytes)
    {
        using var handle = File.OpenHandle(path);
        var length = RandomAccess.GetLength(handle);
        if (length > maxBytes)
        {
            throw new RefusedInputException($"{path} has {length:N0} bytes, more than such a file may have ({maxBytes:N0}): download it again.");
        }

        var bytes = new byte[length];
        var filled = 0;
        while (filled < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(filled), filled) is > 0 and var read)
        {
            filled += read;
        }

        return bytes[..filled];
    }
}
