using System.Globalization;
using LogitLens.Dashboard.Filters;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Api;

/// <summary>Where tokens were read, over all analyses.</summary>
internal static class TokenEndpoints
{
    private const int MaxTake = 200;
    private const int LongestText = 200;
    private const int MostIds = 1000;

    private const string Filters =
        "run (repeatable) and checkpoint (a hash) confine the search; layers is \"8\" or \"8-20\" (0 = emb); minProbability is at least; places is any, patch or text. "
        + "A position counts where the token is top-1 or has at least the run's indexThreshold; probabilities are rounded to 1/60,000.";

    public static void MapTokens(this IEndpointRouteBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("Tokens");
        tokens.MapGet("/", FindAsync)
            .WithName("FindTokens")
            .WithSummary("Tokens whose text fits, those read in most analyses first, with their counts")
            .WithDescription("match is contains, prefix or exact; case does not matter; a leading space or ␣ asks for the beginning of a word; no text means all tokens. " + Filters)
            .Produces<ApiTokens>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        tokens.MapGet("/occurrences", FindOccurrencesAsync)
            .WithName("FindOccurrences")
            .WithSummary("Analyses in which tokens were read: by text, or by ids of one checkpoint")
            .WithDescription("token (repeatable, with checkpoint) or text and match name the tokens; order is best or newest; analyses (3-14_20) confines the answer to these. " + Filters)
            .Produces<ApiOccurrences>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        tokens.MapGet("/patches", FindPatchesAsync)
            .WithName("FindLitPatches")
            .WithSummary("The same page of analyses with the patches that the tokens were read at, each at its best layer")
            .WithDescription("Takes what /occurrences takes. Each patch is [position, layer, token, probability, x, y, width, height] in pixels of the picture. " + Filters)
            .Produces<ApiLitPictures>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> FindAsync(
        HttpContext context,
        TokenIndexStore index,
        CancellationToken cancellationToken,
        string text = "",
        string match = "contains",
        Guid[]? run = null,
        string? checkpoint = null,
        string? layers = null,
        double minProbability = 0,
        string places = "any",
        string? after = null,
        int take = 50)
    {
        var wanted = TokenMatch.Contains;
        if ((ReadFilter(run, checkpoint, layers, minProbability, places, take, out var filter) ?? ReadText(text, match, out wanted)) is { } refusal)
        {
            return ApiResults.BadRequest(refusal);
        }

        try
        {
            var found = await index.FindTokensAsync(text, wanted, filter, after, take, cancellationToken);
            ApiResults.MayChange(context);
            return TypedResults.Ok(new ApiTokens(found.Items, found.Total, found.Next));
        }
        catch (ArgumentException)
        {
            return ApiResults.BadRequest(WrongAfter(after));
        }
    }

    private static Task<IResult> FindOccurrencesAsync(
        HttpContext context,
        TokenIndexStore index,
        CancellationToken cancellationToken,
        int[]? token = null,
        string text = "",
        string match = "contains",
        Guid[]? run = null,
        string? checkpoint = null,
        string? layers = null,
        double minProbability = 0,
        string places = "any",
        string order = "best",
        string? after = null,
        string? analyses = null,
        int take = 50)
    {
        return AnswerAsync(
            context,
            index,
            new Asked(token, text, match, run, checkpoint, layers, minProbability, places, order, after, analyses, take),
            (found, _) => Task.FromResult<IResult>(TypedResults.Ok(new ApiOccurrences([.. found.Items.Select(ApiOccurrence.From)], found.Total, found.Next))),
            cancellationToken);
    }

    private static Task<IResult> FindPatchesAsync(
        HttpContext context,
        TokenIndexStore index,
        LitPatchStore patches,
        CancellationToken cancellationToken,
        int[]? token = null,
        string text = "",
        string match = "contains",
        Guid[]? run = null,
        string? checkpoint = null,
        string? layers = null,
        double minProbability = 0,
        string places = "any",
        string order = "best",
        string? after = null,
        string? analyses = null,
        int take = 50)
    {
        return AnswerAsync(
            context,
            index,
            new Asked(token, text, match, run, checkpoint, layers, minProbability, places, order, after, analyses, take),
            async (found, filter) => TypedResults.Ok(new ApiLitPictures(
                [.. (await patches.ReadAsync(found.Items, filter, cancellationToken)).Select(ApiLitPicture.From)], found.Total, found.Next)),
            cancellationToken);
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext context, TokenIndexStore index, Asked asked, Func<TokenOccurrences, TokenFilter, Task<IResult>> answer, CancellationToken cancellationToken)
    {
        var ids = asked.Token is { Length: > 0 } ? asked.Token : null;
        var wanted = TokenMatch.Contains;
        var wantedOrder = OccurrenceOrder.Best;
        var refusal = ReadFilter(asked.Run, asked.Checkpoint, asked.Layers, asked.MinProbability, asked.Places, asked.Take, out var filter)
            ?? ReadText(asked.Text, asked.Match, out wanted)
            ?? (ApiWords.TryRead(asked.Order, out wantedOrder) ? null : ApiWords.Refusal<OccurrenceOrder>("order", asked.Order))
            ?? RefuseTokens(ids, asked.Text, asked.Checkpoint);
        if (refusal is not null)
        {
            return ApiResults.BadRequest(refusal);
        }

        var among = asked.Analyses is null ? null : IdRanges.Parse(asked.Analyses).Select(id => new AnalysisId(id)).ToList();
        TokenOccurrences found;
        try
        {
            found = await index.FindOccurrencesAsync(new OccurrenceQuery(ids, asked.Text, wanted, filter, wantedOrder, asked.After, asked.Take) { Analyses = among }, cancellationToken);
        }
        catch (ArgumentException)
        {
            return ApiResults.BadRequest(WrongAfter(asked.After));
        }

        if (found.Refusal is { } tooMany)
        {
            return ApiResults.BadRequest(tooMany);
        }

        ApiResults.MayChange(context);
        return await answer(found, filter);
    }

    private static string? RefuseTokens(int[]? ids, string text, string? checkpoint)
    {
        if (ids is null)
        {
            return text.Length > 0 ? null : "Nothing is looked for: give text, or token and checkpoint.";
        }

        if (checkpoint is null)
        {
            return "Token ids mean something within one checkpoint only: give its hash as checkpoint.";
        }

        return ids.Length <= MostIds && ids.All(id => id >= 0) ? null : $"token has {ids.Length} ids, or one below 0: give at most {MostIds}, each 0 or more.";
    }

    private static string? ReadText(string text, string match, out TokenMatch wanted)
    {
        wanted = default;
        return text.Length > LongestText
            ? $"text has {text.Length} characters, and no token is that long: give at most {LongestText}."
            : ApiWords.TryRead(match, out wanted) ? null : ApiWords.Refusal<TokenMatch>("match", match);
    }

    private static string? ReadFilter(Guid[]? run, string? checkpoint, string? layers, double minProbability, string places, int take, out TokenFilter filter)
    {
        filter = new TokenFilter();
        if (take is < 1 or > MaxTake)
        {
            return $"take is {take}: give 1 … {MaxTake}.";
        }

        if (minProbability is not (>= 0 and <= 1))
        {
            return $"minProbability is {minProbability.ToString(CultureInfo.InvariantCulture)}: give 0 … 1.";
        }

        if (!ApiWords.TryRead<TokenPlaces>(places, out var wanted))
        {
            return ApiWords.Refusal<TokenPlaces>("places", places);
        }

        var range = layers?.Split('-') ?? [];
        var ends = range.Select(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out var layer) ? layer : -1).ToList();
        if (ends.Count > 2 || ends.Contains(-1) || (ends.Count == 2 && ends[1] < ends[0]))
        {
            return $"layers is \"{layers}\": give one layer such as 8, or the first and last such as 8-20; emb is 0.";
        }

        filter = new TokenFilter(
            run is { Length: > 0 } ? [.. run.Select(id => new RunId(id))] : null,
            checkpoint,
            ends.Count > 0 ? ends[0] : 0,
            ends.Count > 0 ? ends[^1] : null,
            minProbability,
            wanted);
        return null;
    }

    private static string WrongAfter(string? after) => $"after is \"{after}\", which no page gave as its next: leave it out for the first page.";

    /// <summary>A search of occurrences as it stands in the address.</summary>
    private sealed record Asked(
        int[]? Token, string Text, string Match, Guid[]? Run, string? Checkpoint, string? Layers, double MinProbability, string Places, string Order, string? After, string? Analyses, int Take);
}
