using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;

namespace LogitLens.Storage.Exchange.Export;

/// <summary>Hands out finished analyses one at a time, each read in a snapshot of its own: an export of hours pins nothing.</summary>
public sealed class ExportReader
{
    private const int PageSize = 500;
    private const int TablesKept = 4;

    private readonly RunStore _runs;
    private readonly CheckpointStore _checkpoints;
    private readonly ReadingStore _readings;

    // A table is 5 MB or more and never changes; several exports may run at once.
    private readonly Dictionary<string, TokenNames> _tokens = new(StringComparer.Ordinal);

    internal ExportReader(RunStore runs, CheckpointStore checkpoints, ReadingStore readings)
    {
        _runs = runs;
        _checkpoints = checkpoints;
        _readings = readings;
    }

    /// <summary>The finished analyses of a scope: run by run in their order, then the single ones; each once.</summary>
    public async Task<IReadOnlyList<AnalysisId>> ListAsync(ExportScope scope, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var found = new OrderedDictionary<AnalysisId, bool>();
        foreach (var run in scope.Runs)
        {
            for (var skip = 0; ; skip += PageSize)
            {
                var page = await _runs.ListAnalysesAsync(run, AnalysisState.Done, skip, PageSize, cancellationToken);
                foreach (var row in page.Items)
                {
                    found.TryAdd(row.Id, true);
                }

                if (page.Items.Count < PageSize)
                {
                    break;
                }
            }
        }

        foreach (var id in scope.Analyses)
        {
            found.TryAdd(id, true);
        }

        return [.. found.Keys];
    }

    /// <summary>One analysis with all its readings; null if it is not there, or not done.</summary>
    public async Task<ExportedAnalysis?> ReadAsync(AnalysisId id, CancellationToken cancellationToken)
    {
        if (await _runs.FindAnalysisAsync(id, cancellationToken) is not { Row.State: AnalysisState.Done, Layout: { } layout } detail)
        {
            return null;
        }

        var packed = await _readings.ReadAsync(id, 0, cancellationToken);
        if (packed.Count == 0)
        {
            // Deleted since.
            return null;
        }

        var tokens = await ReadTokensAsync(detail.Run.Checkpoint.Hash, cancellationToken);
        return await Task.Run(
            () =>
            {
                var layers = packed.Select(bytes => ReadingCodec.Unpack(bytes)).ToList();
                return new ExportedAnalysis(
                    detail,
                    [.. layers.Where(layer => layer.FirstPosition < layout.Positions.Count)],
                    [.. layers.Where(layer => layer.FirstPosition >= layout.Positions.Count)],
                    tokens);
            },
            cancellationToken);
    }

    private async Task<TokenNames> ReadTokensAsync(string hash, CancellationToken cancellationToken)
    {
        lock (_tokens)
        {
            if (_tokens.TryGetValue(hash, out var known))
            {
                return known;
            }
        }

        var tokens = new TokenNames(await _checkpoints.ReadTokensAsync(hash, cancellationToken));
        lock (_tokens)
        {
            if (_tokens.Count >= TablesKept)
            {
                _tokens.Clear();
            }

            _tokens[hash] = tokens;
        }

        return tokens;
    }
}
