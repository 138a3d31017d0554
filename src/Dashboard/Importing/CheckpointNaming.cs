using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LogitLens.Inference;
using LogitLens.Inference.Tokenization;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Importing;

/// <summary>Finds the checkpoint that an import names: a folder (its tokenizer files suffice), or a hash or name the database knows.</summary>
internal sealed class CheckpointNaming(CheckpointStore checkpoints)
{
    private const int ShortestHash = 8;
    private const long MaxConfigBytes = 4 << 20;

    /// <summary>The checkpoint; <see cref="NamedCheckpoint.None"/> for nothing.</summary>
    /// <exception cref="RefusedInputException">Neither a folder with a tokenizer nor a checkpoint the database knows.</exception>
    public async Task<NamedCheckpoint> FindAsync(string? named, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(named))
        {
            return NamedCheckpoint.None;
        }

        var text = named.Trim();
        var known = (await checkpoints.ListAsync(cancellationToken)).Where(row => row.ModelType != PageImporter.ModelType).ToList();
        var matches = known.Where(row => row.Hash == text).ToList();
        matches = matches.Count > 0 ? matches : known.FindAll(row => text.Length >= ShortestHash && row.Hash.StartsWith(text, StringComparison.OrdinalIgnoreCase));
        matches = matches.Count > 0 ? matches : known.FindAll(row => string.Equals(row.Name, text, StringComparison.OrdinalIgnoreCase));
        if (matches.Count > 1)
        {
            throw new RefusedInputException($"The database knows {matches.Count} checkpoints as \"{text}\": give the hash of one of them ({string.Join(", ", matches.Select(row => row.Hash[..12]))}).");
        }

        if (matches is [var found])
        {
            return Describe(found.Name, found.Layers, await checkpoints.ReadTokensAsync(found.Hash, cancellationToken));
        }

        return !text.Contains('\0', StringComparison.Ordinal) && Directory.Exists(text)
            ? await Task.Run(() => OpenFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(text))), cancellationToken)
            : throw new RefusedInputException(
                $"\"{text}\" is neither a folder nor the hash or name of a checkpoint the database knows: give a folder with the checkpoint's tokenizer files, or leave it out to keep tokens as texts.");
    }

    private static NamedCheckpoint OpenFolder(string folder)
    {
        var (layers, vocabulary) = ReadConfig(folder);
        var tokenizer = vocabulary is { } size ? CheckpointTokenizer.Open(folder, size) : CheckpointTokenizer.Open(folder);
        return Describe(
            Path.GetFileName(folder),
            layers,
            [.. tokenizer.Tokens.Select(token => new TokenRow(token.Id, token.Piece, token.Text, token.Display, (byte)token.Kind))]);
    }

    /// <summary>What config.json says of layers and vocabulary, as far as it does: only the tokenizer is needed here.</summary>
    private static (int? Layers, int? Vocabulary) ReadConfig(string folder)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, "config.json"));
            if (!file.Exists || file.Length > MaxConfigBytes)
            {
                return (null, null);
            }

            using var config = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return config.RootElement.ValueKind == JsonValueKind.Object
                ? (Number(config.RootElement, "num_hidden_layers"), Number(config.RootElement, "vocab_size"))
                : (null, null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return (null, null);
        }

        static int? Number(JsonElement root, string name) =>
            root.TryGetProperty("text_config", out var text) && text.ValueKind == JsonValueKind.Object && text.TryGetProperty(name, out var inner) && inner.TryGetInt32(out var number) ? number
            : root.TryGetProperty(name, out var outer) && outer.ValueKind == JsonValueKind.Number && outer.TryGetInt32(out number) ? number
            : null;
    }

    private static NamedCheckpoint Describe(string name, int? layers, IReadOnlyList<TokenRow> tokens)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(name);
        foreach (var token in tokens)
        {
            Append($"{token.Id} {token.Kind} {token.Piece}");
        }

        return new NamedCheckpoint(Convert.ToHexStringLower(hash.GetHashAndReset()), name, layers, tokens);

        void Append(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }
    }
}
