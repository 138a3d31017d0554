using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Tokens;

namespace LogitLens.Dashboard.Search;

/// <summary>Looks for one text among images, runs, analyses and tokens at the same time. Safe from any thread.</summary>
internal sealed class GlobalSearch(CatalogueSearchStore catalogue, RunStore runs, CheckpointStore checkpoints, TokenIndexStore tokens)
{
    /// <summary>Looks everywhere.</summary>
    /// <param name="asked">What for.</param>
    /// <param name="take">The most of each kind to give.</param>
    /// <param name="cancellationToken">Ends every part.</param>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<SearchFindings> FindAsync(SearchText asked, int take, CancellationToken cancellationToken)
    {
        if (asked.IsEmpty)
        {
            return SearchFindings.None(asked);
        }

        var foundAnalyses = FindAnalysesAsync(asked, cancellationToken);
        var foundImages = FindImagesAsync(asked, 0, take, cancellationToken);
        var foundRuns = FindRunsAsync(asked, 0, take, cancellationToken);
        var foundTokens = FindTokensAsync(asked, 0, take, cancellationToken);
        await Task.WhenAll(foundAnalyses, foundImages, foundRuns, foundTokens);
        return new SearchFindings(asked, await foundAnalyses, await foundImages, await foundRuns, await foundTokens);
    }

    /// <summary>A page of images.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<Page<ImageRow>> FindImagesAsync(SearchText asked, int skip, int take, CancellationToken cancellationToken)
    {
        if (asked.Hash is { } hash && await catalogue.FindImagesByHashAsync(hash, take, cancellationToken) is { Count: > 0 } byHash)
        {
            return new Page<ImageRow>(byHash, byHash.Count);
        }

        return await catalogue.FindImagesAsync(asked.Text, skip, take, cancellationToken);
    }

    /// <summary>A page of runs.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<Page<RunRow>> FindRunsAsync(SearchText asked, int skip, int take, CancellationToken cancellationToken)
    {
        var meant = asked.RunId is { } id ? await runs.FindAsync(new RunId(id), cancellationToken)
            : asked.Run is { } number ? await catalogue.FindRunAsync(number, cancellationToken)
            : null;
        var named = await catalogue.FindRunsAsync(asked.Text, skip, take, cancellationToken);
        if (meant is null || named.Items.Any(run => run.Id == meant.Id))
        {
            return meant is null ? named : named with { Items = [meant, .. named.Items.Where(run => run.Id != meant.Id)] };
        }

        return new Page<RunRow>(skip == 0 ? [.. new[] { meant }.Concat(named.Items).Take(take)] : named.Items, named.Total + 1);
    }

    /// <summary>A page of the tokens, those that fit best first.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public async Task<Page<SearchedToken>> FindTokensAsync(SearchText asked, int skip, int take, CancellationToken cancellationToken)
    {
        var known = await checkpoints.ListAsync(cancellationToken);
        var found = new List<FoundToken>();
        int total;
        if (asked.Token is { } id)
        {
            foreach (var checkpoint in known)
            {
                found.AddRange(await tokens.DescribeTokensAsync([id], new TokenFilter(CheckpointHash: checkpoint.Hash), cancellationToken));
            }

            total = found.Count;
        }
        else
        {
            // What holds the text holds what begins with it and what it is; the order is a person's: the word itself first.
            var (exact, beginning, holding) = (Find(TokenMatch.Exact), Find(TokenMatch.Prefix), Find(TokenMatch.Contains));
            await Task.WhenAll(exact, beginning, holding);
            found.AddRange((await exact).Items.Concat((await beginning).Items).Concat((await holding).Items).DistinctBy(token => (token.CheckpointHash, token.Id)));
            total = (await holding).Total;
        }

        var names = known.ToDictionary(checkpoint => checkpoint.Hash, checkpoint => checkpoint.Name);
        return new Page<SearchedToken>([.. found.Skip(skip).Take(take).Select(token => new SearchedToken(token, known.Count > 1 ? names.GetValueOrDefault(token.CheckpointHash) : null))], total);

        Task<FoundTokens> Find(TokenMatch match) => tokens.FindTokensAsync(asked.Text, match, new TokenFilter(), null, (int)Math.Min(int.MaxValue, (long)skip + take), cancellationToken);
    }

    private async Task<IReadOnlyList<AnalysisRow>> FindAnalysesAsync(SearchText asked, CancellationToken cancellationToken) =>
        asked.Analysis is { } number && await catalogue.FindAnalysisAsync(new AnalysisId(number), cancellationToken) is { } analysis ? [analysis] : [];
}
