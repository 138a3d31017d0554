using Microsoft.JSInterop;

namespace LogitLens.Dashboard.Components.Common;

/// <summary>Lets go of what lives in the browser. Where the browser is gone it is gone with it, which is no error.</summary>
internal static class BrowserObjects
{
    /// <summary>Lets go of a module; of none, nothing happens.</summary>
    public static async ValueTask LetGoAsync(this IJSObjectReference? module)
    {
        if (module is null)
        {
            return;
        }

        try
        {
            await module.DisposeAsync();
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            // The browser is gone.
        }
    }

    /// <summary>Ends what a module attached, by its own <c>dispose</c>, and lets go of it; of none, nothing happens.</summary>
    public static async ValueTask EndAsync(this IJSObjectReference? attached)
    {
        if (attached is null)
        {
            return;
        }

        try
        {
            await attached.InvokeVoidAsync("dispose");
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException)
        {
            return;
        }

        await attached.LetGoAsync();
    }
}
