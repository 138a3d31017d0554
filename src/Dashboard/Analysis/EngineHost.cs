using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Inference.Runtime;
using LogitLens.Storage.Catalogue;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Analysis;

/// <summary>The checkpoint in memory, one at a time, and the thread it computes on. For one caller at a time.</summary>
internal sealed class EngineHost(CheckpointRegistry checkpoints, IOptions<LogitLensOptions> options) : IAsyncDisposable
{
    private readonly WorkerThread _thread = new("LogitLens engine");
    private LensEngine? _engine;

    /// <summary>The checkpoint whose weights are loaded.</summary>
    public CheckpointId? Loaded { get; private set; }

    /// <summary>The checkpoint's engine, loaded if it is not yet; another one leaves memory first.</summary>
    /// <exception cref="RefusedInputException">The folder is gone, no longer holds that checkpoint, or cannot be loaded.</exception>
    public async Task<LensEngine> LoadAsync(CheckpointRow checkpoint, CancellationToken cancellationToken)
    {
        if (_engine is { } engine && Loaded == checkpoint.Id)
        {
            return engine;
        }

        await UnloadAsync();
        using var opened = await checkpoints.OpenKnownAsync(checkpoint, cancellationToken);
        _engine = await _thread.RunAsync(() =>
        {
            TorchRuntime.Start(options.Value.Threads);
            return LensEngine.Load(opened, options.Value.DeviceChoice, options.Value.ResidencyChoice, cancellationToken);
        });
        Loaded = checkpoint.Id;
        return _engine;
    }

    /// <summary>Frees the weights.</summary>
    public async Task UnloadAsync()
    {
        if (_engine is { } engine)
        {
            _engine = null;
            Loaded = null;
            await _thread.RunAsync(() =>
            {
                engine.Dispose();
                return true;
            });
        }
    }

    /// <summary>Computes on the engine's thread.</summary>
    public Task<T> RunAsync<T>(Func<T> function) => _thread.RunAsync(function);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnloadAsync();
        _thread.Dispose();
    }
}
