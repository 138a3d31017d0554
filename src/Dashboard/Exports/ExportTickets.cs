using System.Collections.Concurrent;

namespace LogitLens.Dashboard.Exports;

/// <summary>The tickets of open export dialogs.</summary>
internal sealed class ExportTickets
{
    private readonly ConcurrentDictionary<string, ExportTicket> _open = new(StringComparer.Ordinal);

    /// <summary>A new ticket; the dialog that takes it gives it back.</summary>
    public ExportTicket Open()
    {
        var ticket = new ExportTicket($"{Guid.NewGuid():N}");
        _open[ticket.Id] = ticket;
        return ticket;
    }

    /// <summary>The ticket an address names, or null.</summary>
    public ExportTicket? Find(string? id) => id is not null && _open.TryGetValue(id, out var ticket) ? ticket : null;

    /// <summary>Nobody follows it any more; the download goes on.</summary>
    public void Close(ExportTicket ticket) => _open.TryRemove(ticket.Id, out _);
}
