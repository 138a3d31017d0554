using LogitLens.Dashboard.Components.Common;
using Microsoft.JSInterop;

namespace LogitLens.Dashboard.People;

/// <summary>The person at a circuit's browser. There is no login: this keeps order among people who trust each other, and protects nothing.</summary>
public sealed class Visitor(IJSRuntime js) : IAsyncDisposable
{
    private IJSObjectReference? _module;
    private Person? _person;

    /// <summary>Who it is. Needs the browser: ask after the first render.</summary>
    public async ValueTask<Person> GetAsync()
    {
        try
        {
            if (_person is null)
            {
                var said = await (await ModuleAsync()).InvokeAsync<Person?>("read");
                _person = said is { Key.Length: > 0 } ? said : Person.Unknown;
            }
        }
        catch (Exception exception) when (exception is JSException or JSDisconnectedException or OperationCanceledException)
        {
            return Person.Unknown;
        }

        return _person;
    }

    /// <summary>They call themselves something else from now on.</summary>
    public async ValueTask RenameAsync(string? name)
    {
        var text = name?.Trim() is { Length: > 0 } some ? some[..Math.Min(some.Length, Person.LongestName)] : null;
        _person = (await GetAsync()) with { Name = text };
        try
        {
            await (await ModuleAsync()).InvokeVoidAsync("rename", text);
        }
        catch (Exception exception) when (exception is JSException or JSDisconnectedException or OperationCanceledException)
        {
            // It holds as long as the page.
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _module.LetGoAsync();

    private async ValueTask<IJSObjectReference> ModuleAsync() => _module ??= await js.InvokeAsync<IJSObjectReference>("import", "./js/person.js");
}
