using System.Globalization;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace LogitLens.Storage.Tokens;

/// <summary>The tables <c>TokenOccurrences</c> (a row per run, token and analysis) and <c>TokenTotals</c> (a row per run and token: their sum).</summary>
/// <remarks>
/// Totals only ever grow: a Done analysis goes with its run, never alone. So deleting a run drops its totals first, whole, and its occurrences by ranges of
/// tokens, both of which are neighbours on disk; taking single analyses out would touch as many pages as putting them in.
/// </remarks>
internal static class TokenIndex
{
    // About 1.5 MB of rows: a running analysis waits a fraction of a second to commit a layer.
    private const int DeletedRows = 20_000;

    /// <summary>What was added to given tokens before.</summary>
    internal const string TotalsSql =
        $"""SELECT {TokenTotal.Columns} FROM "TokenTotals" t WHERE "RunNumber" = @run AND "TokenId" IN (SELECT value FROM json_each(@ids))""";

    /// <summary>Some of a run's rows, the tokens of lowest ids.</summary>
    internal const string DeleteSql = """
        DELETE FROM "TokenOccurrences" WHERE "RunNumber" = @run AND "TokenId" <= COALESCE(
            (SELECT "TokenId" FROM "TokenOccurrences" WHERE "RunNumber" = @run ORDER BY "TokenId" LIMIT 1 OFFSET @rows), 9223372036854775807)
        """;

    /// <summary>A run's rows, as <see cref="IndexedToken.Read"/> takes them, token by token.</summary>
    internal const string RowsSql = """
        SELECT "TokenId", "AnalysisId", "Best", "Layers" FROM "TokenOccurrences" WHERE "RunNumber" = @run ORDER BY "TokenId", "AnalysisId"
        """;

    private static readonly string[] TotalParameters =
        ["@token", "@analyses", "@patchAnalyses", "@patchPositions", "@patchBest", "@textAnalyses", "@textPositions", "@textBest"];

    /// <summary>Adds an analysis to the index and to its run's totals.</summary>
    public static async Task AddAsync(StorageContext context, long run, AnalysisId analysis, IReadOnlyList<IndexedToken> tokens, CancellationToken cancellationToken)
    {
        await using (var insert = Command(context, """
            INSERT INTO "TokenOccurrences" ("RunNumber", "TokenId", "AnalysisId", "Best", "Layers") VALUES (@run, @token, @analysis, @best, @layers)
            """))
        {
            insert.Parameters.AddWithValue("@run", run);
            insert.Parameters.AddWithValue("@analysis", analysis.Value);
            var id = insert.Parameters.Add("@token", SqliteType.Integer);
            var best = insert.Parameters.Add("@best", SqliteType.Integer);
            var layers = insert.Parameters.Add("@layers", SqliteType.Blob);
            foreach (var token in tokens)
            {
                id.Value = token.Id;
                best.Value = token.Best;
                layers.Value = TokenLayersCodec.Pack([.. token.Layers]);
                insert.ExecuteNonQuery();
            }
        }

        await AddTotalsAsync(context, run, tokens, cancellationToken);
    }

    /// <summary>Drops a run's totals: the first step of deleting it.</summary>
    public static async Task DropTotalsAsync(StorageContext context, long run, CancellationToken cancellationToken)
    {
        await using var delete = Command(context, """DELETE FROM "TokenTotals" WHERE "RunNumber" = @run""");
        delete.Parameters.AddWithValue("@run", run);
        await delete.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes some of a run's rows; false when none is left.</summary>
    public static async Task<bool> DeleteSomeAsync(StorageContext context, long run, CancellationToken cancellationToken)
    {
        await using var delete = Command(context, DeleteSql);
        delete.Parameters.AddWithValue("@run", run);
        delete.Parameters.AddWithValue("@rows", DeletedRows);
        return await delete.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Sums up a run's rows anew, whatever its totals were.</summary>
    /// <exception cref="InvalidDataException">A row is damaged.</exception>
    public static async Task SumAnewAsync(StorageContext context, long run, CancellationToken cancellationToken)
    {
        await DropTotalsAsync(context, run, cancellationToken);
        await using var select = Command(context, RowsSql);
        select.Parameters.AddWithValue("@run", run);
        await using var rows = await select.ExecuteReaderAsync(cancellationToken);
        WriteTotals(context, run, Totals());

        IEnumerable<TokenTotal> Totals()
        {
            TokenTotal? sum = null;
            while (rows.Read())
            {
                var (token, _) = IndexedToken.Read(rows);
                if (sum is not null && sum.TokenId != token.Id)
                {
                    yield return sum;
                    sum = null;
                }

                sum = TokenTotal.Add(sum, token);
            }

            if (sum is not null)
            {
                yield return sum;
            }
        }
    }

    /// <summary>A command on the context's connection and in its transaction.</summary>
    internal static SqliteCommand Command(StorageContext context, string sql)
    {
        var command = ((SqliteConnection)context.Database.GetDbConnection()).CreateCommand();
        command.Transaction = (SqliteTransaction?)context.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandText = sql;
        return command;
    }

    /// <summary>Ids as a parameter for <c>json_each</c>: one statement whatever their number.</summary>
    internal static string Json(IEnumerable<int> ids) => $"[{string.Join(',', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)))}]";

    private static async Task AddTotalsAsync(StorageContext context, long run, IReadOnlyList<IndexedToken> tokens, CancellationToken cancellationToken)
    {
        var before = new Dictionary<int, TokenTotal>();
        await using (var select = Command(context, TotalsSql))
        {
            select.Parameters.AddWithValue("@run", run);
            select.Parameters.AddWithValue("@ids", Json(tokens.Select(token => token.Id)));
            await using var rows = await select.ExecuteReaderAsync(cancellationToken);
            while (rows.Read())
            {
                var total = TokenTotal.Read(rows);
                before.Add(total.TokenId, total);
            }
        }

        WriteTotals(context, run, tokens.Select(token => TokenTotal.Add(before.GetValueOrDefault(token.Id), token)));
    }

    private static void WriteTotals(StorageContext context, long run, IEnumerable<TokenTotal> totals)
    {
        using var upsert = Command(context, """
            INSERT INTO "TokenTotals" ("RunNumber", "TokenId", "Analyses", "PatchAnalyses", "PatchPositions", "PatchBest", "TextAnalyses", "TextPositions", "TextBest", "Layers")
            VALUES (@run, @token, @analyses, @patchAnalyses, @patchPositions, @patchBest, @textAnalyses, @textPositions, @textBest, @layers)
            ON CONFLICT ("RunNumber", "TokenId") DO UPDATE SET
                "Analyses" = excluded."Analyses", "PatchAnalyses" = excluded."PatchAnalyses", "PatchPositions" = excluded."PatchPositions", "PatchBest" = excluded."PatchBest",
                "TextAnalyses" = excluded."TextAnalyses", "TextPositions" = excluded."TextPositions", "TextBest" = excluded."TextBest", "Layers" = excluded."Layers"
            """);
        upsert.Parameters.AddWithValue("@run", run);
        var parameters = TotalParameters.Select(name => upsert.Parameters.Add(name, SqliteType.Integer)).ToArray();
        var layers = upsert.Parameters.Add("@layers", SqliteType.Blob);
        foreach (var total in totals)
        {
            parameters[0].Value = total.TokenId;
            parameters[1].Value = total.Analyses;
            (parameters[2].Value, parameters[3].Value, parameters[4].Value) = (total.Patch.Analyses, total.Patch.Positions, total.Patch.Best);
            (parameters[5].Value, parameters[6].Value, parameters[7].Value) = (total.Text.Analyses, total.Text.Positions, total.Text.Best);
            layers.Value = total.Layers;
            upsert.ExecuteNonQuery();
        }
    }
}
