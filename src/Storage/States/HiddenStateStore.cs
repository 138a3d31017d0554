using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Readings;
using LogitLens.Storage.Sqlite;
using LogitLens.Storage.States;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Hidden states of analyses whose run was told to keep them.</summary>
public sealed class HiddenStateStore
{
    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;

    internal HiddenStateStore(DatabaseReader reader, DatabaseWriter writer)
    {
        _reader = reader;
        _writer = writer;
    }

    /// <summary>Commits one layer's; false if the attempt is stale or no longer Running.</summary>
    /// <param name="values">Positions × width, as <see cref="StatePacking"/> packs them.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    /// <exception cref="StorageException">The database cannot be written, for example because the disk is full.</exception>
    public Task<bool> WriteAsync(AnalysisId id, int attempt, HiddenStateRow row, byte[] values, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(values);
        if (values.LongLength != row.Bytes)
        {
            throw new ArgumentException($"{values.LongLength} bytes are not the {row.Bytes} of {row.Positions} × {row.Width} values of {row.Bits} bits.", nameof(values));
        }

        return _writer.WriteAsync(
            async (context, token) =>
            {
                if (!await context.Analyses.AnyAsync(a => a.Id == id.Value && a.Attempt == attempt && a.State == AnalysisState.Running, token))
                {
                    return false;
                }

                context.HiddenStates.Add(new HiddenStateEntity
                {
                    AnalysisId = id.Value,
                    Attempt = attempt,
                    Segment = row.Segment,
                    Layer = row.Layer,
                    Positions = row.Positions,
                    Width = row.Width,
                    Bits = row.Bits,
                    Values = values,
                });
                await context.SaveChangesAsync(token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>What a Done analysis has, by layer, the prompt's before the answer's; empty if its run kept none.</summary>
    public Task<IReadOnlyList<HiddenStateRow>> ListAsync(AnalysisId id, CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<HiddenStateRow>>(
        async (context, token) => await context.HiddenStates
            .Where(s => s.AnalysisId == id.Value && s.Attempt == s.Analysis!.Attempt && s.Analysis.State == AnalysisState.Done)
            .OrderBy(s => s.Layer)
            .ThenBy(s => s.Segment)
            .Select(s => new HiddenStateRow(s.Segment, s.Layer, s.Positions, s.Width, s.Bits))
            .ToListAsync(token),
        cancellationToken);

    /// <summary>The values of one layer and segment, or null.</summary>
    public Task<byte[]?> ReadAsync(AnalysisId id, ReadingSegment segment, int layer, CancellationToken cancellationToken) => _reader.ReadAsync(
        (context, token) => context.HiddenStates
            .Where(s => s.AnalysisId == id.Value && s.Attempt == s.Analysis!.Attempt && s.Segment == segment && s.Layer == layer)
            .Select(s => s.Values)
            .SingleOrDefaultAsync(token),
        cancellationToken);
}
