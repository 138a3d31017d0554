using System.Globalization;
using System.Security.Cryptography;
using LogitLens.Inference;
using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tokenization;
using LogitLens.Inference.Tracing;

namespace LogitLens.Dashboard.Commands;

/// <summary>One call of <c>trace</c>.</summary>
internal sealed class TraceJob(TraceRequest request, TextWriter output, TextWriter error)
{
    private readonly AnalyzeDisplay _display = new(output, error);

    /// <summary>Does it and gives the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await TraceAsync(cancellationToken);
            return ExitCode.Success;
        }
        catch (RefusedInputException refused)
        {
            await error.WriteLineAsync(refused.Message);
            return ExitCode.BadOption;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"{request.Out} cannot be written ({exception.Message.TrimEnd('.')}): free space or choose another with --out.");
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Interrupted; nothing was written.");
            return ExitCode.Interrupted;
        }
    }

    private async Task TraceAsync(CancellationToken cancellationToken)
    {
        // What is cheap to refuse comes before weights are read.
        var attentions = Choose<TraceAttentions>("--attentions", request.Attentions);
        var residency = Choose<Residency>("--residency", request.Residency);
        var device = DeviceChoice.TryParse(request.Device, out var choice) ? choice : throw new RefusedInputException($"--device is \"{request.Device}\": write auto, cpu, cuda or cuda:N.");
        if (Directory.Exists(request.Out) || Path.GetFileName(request.Out).Length == 0)
        {
            throw new RefusedInputException($"--out names the folder {request.Out}: name a file in it, such as {Path.Combine(request.Out, "trace.safetensors")}.");
        }

        PromptTemplate.Apply(request.Prompt);
        var picture = ReadPicture();
        using var checkpoint = Checkpoint.Open(request.Checkpoint);
        var layers = checkpoint.Config.Text.Layers;
        List<TraceExperiment> asked =
        [
            .. request.Knockouts.Select((text, i) => TraceExperiment.ReadKnockout(i + 1, text, layers)),
            .. request.Ablations.Select((text, i) => TraceExperiment.ReadAblation(i + 1, text)),
        ];
        var token = request.RelevancyToken is { } named ? FindToken(named, checkpoint.OpenTokenizer()) : (int?)null;
        using var engine = LensEngine.Load(checkpoint, device, residency, cancellationToken);
        var input = engine.Prepare(picture, request.Prompt, request.Exif ? PictureOrientation.Exif : PictureOrientation.AsStored, PictureLimits.Default, answerTokens: 0);
        TraceFile.RequireSize(attentions, checkpoint.Config.Text, input.Positions.Count);
        using var tracer = engine.Trace(input, cancellationToken);
        var experiments = asked.Select(one => (Asked: one, Made: one.Resolve(tracer))).ToList();
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{Path.GetFileName(request.Image)}: {input.Positions.Count} positions, {tracer.Visual.Positions.Count} of them patches; {layers} blocks"));

        const string Relevancy = "R <- R + mean_heads(max(0, grad*attn)) R, R0 = I; row of the last position minus identity; grad of the logit of relevancy.token at the last position";
        var metadata = TraceFile.MetadataOf(
            request, checkpoint.Name, checkpoint.ComputeHash(cancellationToken), Convert.ToHexStringLower(SHA256.HashData(picture)), input, experiments, request.WantsRelevancy ? Relevancy : null);
        await WriteWholeAsync(async stream =>
        {
            var file = new TraceFile(stream, metadata, tracer, checkpoint.Config, attentions, experiments.Select(one => one.Asked.Name), request.WantsRelevancy);
            TraceTable? table = null;
            await _display.ShowAsync(
                1 + experiments.Count + (request.WantsRelevancy ? 1 : 0),
                () => Task.Run(() => table = Compute(tracer, file, engine.Tokenizer.Tokens, experiments, token, layers, cancellationToken), cancellationToken));
            file.Complete();
            return table!;
        });
    }

    private TraceTable Compute(
        Tracer tracer,
        TraceFile file,
        IReadOnlyList<TokenEntry> tokens,
        IReadOnlyList<(TraceExperiment Asked, Intervention Made)> experiments,
        int? token,
        int layers,
        CancellationToken cancellationToken)
    {
        var unchanged = Timed("unchanged", step => tracer.Run(intervention: null, file.Observe(step), cancellationToken));
        file.Write(name: null, unchanged);
        var table = new TraceTable(tokens, tracer, unchanged);
        foreach (var (asked, made) in experiments)
        {
            var changed = Timed(asked.Name, step => tracer.Run(made, new TraceObserver { OnBlock = step }, cancellationToken));
            file.Write(asked.Name, changed);
            table.Add($"{asked.Name} {asked.Text}", changed);
        }

        if (request.WantsRelevancy)
        {
            var of = token ?? unchanged.TopToken;
            var row = Timed("relevancy", _ => tracer.Relevancy(of, cancellationToken));
            file.Write(of, row);
            table.Add(of, row);
        }

        return table;

        T Timed<T>(string name, Func<Action<int>, T> pass)
        {
            var began = TimeProvider.System.GetTimestamp();
            var result = pass(block => _display.Step(name, string.Create(CultureInfo.InvariantCulture, $"block {block} of {layers}"), block / (double)layers));
            _display.Done(name, TimeProvider.System.GetElapsedTime(began));
            return result;
        }
    }

    /// <summary>Whole or not at all: nobody finds half a file under the name.</summary>
    private async Task WriteWholeAsync(Func<Stream, Task<TraceTable>> write)
    {
        var path = Path.GetFullPath(request.Out);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var fresh = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            TraceTable table;
            long length;
            await using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                table = await write(stream);
                length = stream.Length;
            }

            File.Move(fresh, path, overwrite: true);
            foreach (var line in table.Lines())
            {
                await output.WriteLineAsync(line);
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{path} ({length:N0} bytes) written."));
        }
        catch
        {
            File.Delete(fresh);
            throw;
        }
    }

    private byte[] ReadPicture()
    {
        var most = PictureLimits.Default.MaxBytes;
        try
        {
            return new FileInfo(request.Image).Length <= most
                ? File.ReadAllBytes(request.Image)
                : throw new RefusedInputException($"--image names {request.Image}, which is larger than the {most >> 20} MiB a picture may have: make it smaller.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RefusedInputException($"--image names {request.Image}, which cannot be read ({exception.Message.TrimEnd('.')}): name a picture file.", exception);
        }
    }

    private static T Choose<T>(string option, string text)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>();
        var index = Array.FindIndex(names, name => name.Equals(text.Trim(), StringComparison.OrdinalIgnoreCase));
        return index >= 0
            ? Enum.Parse<T>(names[index])
            : throw new RefusedInputException($"{option} is \"{text}\": write {string.Join(", ", names[..^1]).ToLowerInvariant()} or {names[^1].ToLowerInvariant()}.");
    }

    /// <summary>An id, or the token whose text, piece or display this is; a leading space may be left out.</summary>
    private static int FindToken(string text, CheckpointTokenizer tokenizer)
    {
        var tokens = tokenizer.Tokens;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return id < tokens.Count ? id : throw new RefusedInputException($"--relevancy names the token {id}, but this checkpoint's tokens are 0 to {tokens.Count - 1}.");
        }

        Func<TokenEntry, bool>[] ways = [token => token.Text == text, token => token.Piece == text || token.Display == text, token => token.Text == " " + text];
        var found = ways.Select(way => tokens.Where(way).ToList()).FirstOrDefault(some => some.Count > 0) ?? [];
        return found.Count switch
        {
            1 => found[0].Id,
            0 => throw new RefusedInputException($"--relevancy names \"{text}\", which is no single token of this checkpoint: give a token's text, such as \"{tokens[tokens.Count / 2].Display}\", or its id."),
            _ => throw new RefusedInputException($"--relevancy names \"{text}\", and several tokens read so: give one of the ids {string.Join(", ", found.Take(5).Select(token => token.Id))}."),
        };
    }
}
