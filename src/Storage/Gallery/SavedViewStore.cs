using LogitLens.Storage.Gallery;
using LogitLens.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace LogitLens.Storage;

/// <summary>Saved views of the gallery. Whose a view is goes by a key that the browser keeps: order among people who trust each other, not access control.</summary>
public sealed class SavedViewStore
{
    /// <summary>Characters of a view's name at most.</summary>
    public const int LongestName = 80;

    private readonly DatabaseReader _reader;
    private readonly DatabaseWriter _writer;
    private readonly TimeProvider _clock;

    internal SavedViewStore(DatabaseReader reader, DatabaseWriter writer, TimeProvider clock)
    {
        _reader = reader;
        _writer = writer;
        _clock = clock;
    }

    /// <summary>The views of an owner, and all that are shared, by name.</summary>
    /// <exception cref="StorageException">The database cannot be read.</exception>
    public Task<IReadOnlyList<SavedView>> ListAsync(string? owner, CancellationToken cancellationToken) => _reader.ReadAsync<IReadOnlyList<SavedView>>(
        async (context, token) =>
        {
            var views = await context.SavedViews.Where(v => v.IsShared || v.Owner == owner).ToListAsync(token);
            return [.. views.Select(v => new SavedView(v.Id, v.Name, v.Query, v.Owner == owner, v.IsShared, v.OwnerName, v.ChangedAt))
                .OrderBy(v => v.Name, StringComparer.OrdinalIgnoreCase)
                .ThenBy(v => v.Id)];
        },
        cancellationToken);

    /// <summary>Keeps a view; returns its id.</summary>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<long> AddAsync(string name, string query, string owner, string? ownerName, bool isShared, CancellationToken cancellationToken)
    {
        var required = Require(name);
        return _writer.WriteAsync(
            async (context, token) =>
            {
                var view = new SavedViewEntity { Name = required, Query = query, Owner = owner, OwnerName = ownerName, IsShared = isShared, ChangedAt = _clock.GetUtcNow() };
                context.SavedViews.Add(view);
                await context.SaveChangesAsync(token);
                return view.Id;
            },
            cancellationToken);
    }

    /// <summary>Changes a view's name and whether others see it; false if it is gone.</summary>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<bool> ChangeAsync(long id, string name, bool isShared, CancellationToken cancellationToken)
    {
        var required = Require(name);
        var now = _clock.GetUtcNow();
        return _writer.WriteAsync(
            async (context, token) => await context.SavedViews
                .Where(v => v.Id == id)
                .ExecuteUpdateAsync(v => v.SetProperty(x => x.Name, required).SetProperty(x => x.IsShared, isShared).SetProperty(x => x.ChangedAt, now), token) > 0,
            cancellationToken);
    }

    /// <summary>Forgets a view; false if it was gone.</summary>
    /// <exception cref="StorageException">The database cannot be written.</exception>
    public Task<bool> DeleteAsync(long id, CancellationToken cancellationToken) => _writer.WriteAsync(
        async (context, token) => await context.SavedViews.Where(v => v.Id == id).ExecuteDeleteAsync(token) > 0,
        cancellationToken);

    private static string Require(string name)
    {
        var text = name?.Trim() ?? string.Empty;
        return text.Length switch
        {
            0 => throw new ArgumentException("The view has no name: give it one to find it by.", nameof(name)),
            > LongestName => throw new ArgumentException($"The view's name has {text.Length} characters and {LongestName} is the most: shorten it.", nameof(name)),
            _ => text,
        };
    }
}
