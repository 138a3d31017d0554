using System.Text.Json;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Api;

/// <summary>A checkpoint's token table.</summary>
internal static class CheckpointEndpoints
{
    public static void MapCheckpoints(this IEndpointRouteBuilder api) => api
        .MapGet("/checkpoints/{hash}/tokens", GetTokensAsync)
        .WithTags("Checkpoints")
        .WithName("GetTokens")
        .WithSummary("What each token id is called, as arrays in the order of ids")
        .Produces<TokenTable>()
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<IResult> GetTokensAsync(string hash, HttpContext context, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        var tokens = await checkpoints.ReadTokensAsync(hash, cancellationToken);
        if (tokens.Count == 0)
        {
            return ApiResults.NotFound("There is no checkpoint of that hash: it may have been deleted with its last run.");
        }

        // A table that an import made may still grow; it is asked for each time and sent if it has.
        var isKnown = ApiResults.IsKnown(context, $"tokens-{hash}-{tokens.Count}");
        var isWhole = tokens[^1].Id == tokens.Count - 1;
        if (!isWhole || tokens[^1].Kind == TokenRow.TextOnly)
        {
            ApiResults.MayChange(context);
        }

        // Places are ids: what a document's table leaves out is named by its number.
        tokens = isWhole ? tokens : Filled(tokens);
        return isKnown
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Stream(body => WriteAsync(body, tokens, cancellationToken), "application/json");
    }

    private static TokenRow[] Filled(IReadOnlyList<TokenRow> tokens)
    {
        const byte Unnamed = 3;
        var filled = new TokenRow[tokens[^1].Id + 1];
        for (var id = 0; id < filled.Length; id++)
        {
            filled[id] = new TokenRow(id, string.Empty, string.Empty, $"#{id}", Unnamed);
        }

        foreach (var token in tokens)
        {
            filled[token.Id] = token;
        }

        return filled;
    }

    /// <summary>Written by hand: objects for a hundred thousand tokens would cost more than their texts.</summary>
    private static async Task WriteAsync(Stream body, IReadOnlyList<TokenRow> tokens, CancellationToken cancellationToken)
    {
        const int FlushAt = 32 * 1024;
        await using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteNumber("version"u8, 1);
        json.WriteNumber("size"u8, tokens.Count);
        await WriteArrayAsync("display", token => json.WriteStringValue(token.Display));
        await WriteArrayAsync("text", token => json.WriteStringValue(token.Text));
        await WriteArrayAsync("kind", token => json.WriteNumberValue(token.Kind));
        json.WriteEndObject();

        async Task WriteArrayAsync(string name, Action<TokenRow> write)
        {
            json.WriteStartArray(name);
            foreach (var token in tokens)
            {
                write(token);
                if (json.BytesPending > FlushAt)
                {
                    await json.FlushAsync(cancellationToken);
                }
            }

            json.WriteEndArray();
        }
    }

    /// <summary>The form of the answer, for the interface's description.</summary>
    private sealed record TokenTable(int Version, int Size, string[] Display, string[] Text, int[] Kind);
}
