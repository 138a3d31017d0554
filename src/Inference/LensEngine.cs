using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tokenization;
using TorchSharp;

namespace LogitLens.Inference;

/// <summary>A checkpoint in memory, ready to read pictures through the lens. Not safe for two calls at once.</summary>
/// <remarks>The CPU computes in fp32. CUDA computes in fp16 with norms in fp32, and is not run in this project's own tests.</remarks>
public sealed class LensEngine : IDisposable
{
    private readonly LlavaModel _model;
    private readonly PictureProcessor _pictures;

    private LensEngine(CheckpointConfig config, LlavaModel model, CheckpointTokenizer tokenizer, PictureProcessor pictures, PromptTemplate template)
    {
        Config = config;
        Tokenizer = tokenizer;
        _model = model;
        _pictures = pictures;
        Template = template;
    }

    /// <summary>The checkpoint's config.</summary>
    public CheckpointConfig Config { get; }

    /// <summary>The checkpoint's tokenizer.</summary>
    public CheckpointTokenizer Tokenizer { get; }

    /// <summary>The form the checkpoint is asked in.</summary>
    public PromptTemplate Template { get; }

    /// <summary>The device in use, as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => _model.Device.ToString();

    internal LlavaModel Model => _model;

    /// <summary>Loads a checkpoint's weights onto a device. The checkpoint stays the caller's and is not needed afterwards.</summary>
    /// <exception cref="RefusedInputException">The checkpoint or the device cannot be used.</exception>
    public static LensEngine Load(Checkpoint checkpoint, DeviceChoice device, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var config = checkpoint.Config;

        // What is cheap to refuse comes before gigabytes of weights.
        var tokenizer = checkpoint.OpenTokenizer();
        var pictures = PictureProcessor.Open(checkpoint.Folder, config);
        var template = PromptTemplate.Of(checkpoint.Folder, config);
        return new LensEngine(config, LlavaModel.Load(checkpoint, TorchRuntime.Choose(device), cancellationToken), tokenizer, pictures, template);
    }

    /// <summary>Decodes and preprocesses the picture, tokenizes the prompt and lays out the positions.</summary>
    /// <param name="picture">The picture file's bytes.</param>
    /// <param name="prompt">A question, or a full prompt with one <c>&lt;image&gt;</c> (see <see cref="Template"/>).</param>
    /// <param name="orientation">Which way up the picture is taken.</param>
    /// <param name="limits">What the picture may at most be.</param>
    /// <param name="answerTokens">Room kept in the context for the answer.</param>
    /// <exception cref="RefusedInputException">A picture or prompt that cannot be used, or longer than the context.</exception>
    public PreparedInput Prepare(ReadOnlySpan<byte> picture, string prompt, PictureOrientation orientation, PictureLimits limits, int answerTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(answerTokens);

        // The prompt first: it costs nothing to refuse.
        var full = Template.Complete(prompt);
        var ids = Tokenizer.Encode(full);
        var decoded = PictureDecoder.Decode(picture, orientation, limits);
        var prepared = _pictures.Prepare(decoded);
        var positions = LayOut(ids, prepared, answerTokens);
        return new PreparedInput(prepared, decoded.Width, decoded.Height, full, positions);
    }

    /// <summary>Runs the model and hands over one reading per chosen layer, in order, as each is computed; then, if asked for, the greedy answer.</summary>
    /// <param name="input">From <see cref="Prepare"/>.</param>
    /// <param name="settings">What the lens keeps.</param>
    /// <param name="answerTokens">At most so many new tokens; 0 for no answer.</param>
    /// <param name="onReading">
    /// Called with each reading: first the prompt's positions, layer by layer; after the answer, one more reading per chosen layer for the answer tokens that
    /// were fed back (all but the last generated; none if fewer than two), with <see cref="LayerReading.FirstPosition"/> after the prompt's last.
    /// </param>
    /// <param name="onProgress">Called with each step done; may be null.</param>
    /// <param name="cancellationToken">Looked at between layers and between answer tokens.</param>
    /// <param name="hidden">Which layers' residual streams are handed over as well; null for none.</param>
    /// <returns>The answer, or null if none was asked for.</returns>
    /// <exception cref="RefusedInputException">Settings that this checkpoint cannot meet, or an input that is not this checkpoint's.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Answer? Analyze(
        PreparedInput input,
        LensSettings settings,
        int answerTokens,
        Action<LayerReading> onReading,
        Action<AnalysisProgress>? onProgress,
        CancellationToken cancellationToken,
        HiddenStateRequest? hidden = null)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(onReading);
        ArgumentOutOfRangeException.ThrowIfNegative(answerTokens);
        CheckContext(input.Positions.Count, input.Picture.Positions, answerTokens);
        cancellationToken.ThrowIfCancellationRequested();

        using var noGradients = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var reader = new LensReader(_model.Decoder, settings);
        var decoder = _model.Decoder;
        var handedOver = LayersOf(hidden, decoder.Layers);
        var residual = Embed(input, onProgress, cancellationToken);
        using var sequence = decoder.Start(input.Positions.Count + Math.Max(0, answerTokens - 1), keep: answerTokens > 1);

        // Blocks beyond the last layer read matter to the answer alone.
        var chosen = reader.Layers.ToHashSet();
        var last = answerTokens > 0 ? decoder.Layers : reader.Layers.Concat(handedOver).DefaultIfEmpty(-1).Max();
        sequence.Begin(input.Positions.Count);
        for (var layer = 0; layer <= last; layer++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (layer > 0)
            {
                decoder.Apply(layer - 1, residual, sequence);
            }

            if (chosen.Contains(layer))
            {
                onReading(reader.Read(residual, layer, firstPosition: 0));
            }

            if (handedOver.Contains(layer))
            {
                hidden!.OnState(StateOf(residual, layer, firstPosition: 0));
            }

            if (layer > 0)
            {
                onProgress?.Invoke(new AnalysisProgress(AnalysisStage.Layers, layer, last));
            }
        }

        sequence.End();
        return answerTokens == 0 ? null : Generate(residual.narrow(0, input.Positions.Count - 1, 1), sequence, reader, answerTokens, onReading, onProgress, hidden, handedOver, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static HashSet<int> LayersOf(HiddenStateRequest? hidden, int layers)
    {
        var unknown = hidden?.Layers.Where(layer => layer < 0 || layer > layers).ToList() ?? [];
        return unknown.Count == 0
            ? [.. hidden?.Layers ?? []]
            : throw new RefusedInputException($"The hidden states of layer {unknown[0]} do not exist: this checkpoint's layers are 0 (emb) to {layers}.");
    }

    private static HiddenState StateOf(torch.Tensor residual, int layer, int firstPosition)
    {
        using var scope = torch.NewDisposeScope();
        var values = TensorMemory.AsSpan(residual.to(torch.ScalarType.Float32).cpu().contiguous()).ToArray();
        return new HiddenState(layer, firstPosition, (int)residual.shape[0], (int)residual.shape[1], values);
    }

    /// <summary>The ids with the one placeholder expanded to a position per patch and line feature.</summary>
    private List<InputPosition> LayOut(int[] ids, PreparedPicture picture, int answerTokens)
    {
        var places = ids.Count(id => id == Config.ImageTokenId);
        if (places != 1)
        {
            throw new RefusedInputException($"The prompt has {places} places for the picture, but an analysis is of one picture: write {PromptTemplate.ImagePlaceholder} exactly once.");
        }

        CheckContext(ids.Length - 1 + picture.Positions, picture.Positions, answerTokens);
        var positions = new List<InputPosition>(ids.Length - 1 + picture.Positions);
        foreach (var id in ids)
        {
            if (id == Config.ImageTokenId)
            {
                AddPicture(positions, id, picture);
            }
            else if (id < Config.Text.VocabularySize)
            {
                positions.Add(new InputPosition(id, PositionKind.Text, Patch: null));
            }
            else
            {
                throw new RefusedInputException(
                    $"The prompt holds the token {id}, but the checkpoint knows {Config.Text.VocabularySize}: its tokenizer and its weights do not belong together.");
            }
        }

        return positions;
    }

    private static void AddPicture(List<InputPosition> positions, int id, PreparedPicture picture)
    {
        var grid = picture.Fine;
        var whole = picture.Patches.Count - ((grid?.Rows * grid?.Columns) ?? 0);
        for (var patch = 0; patch < whole; patch++)
        {
            positions.Add(new InputPosition(id, PositionKind.Patch, picture.Patches[patch]));
        }

        for (var row = 0; row < grid?.Rows; row++)
        {
            for (var column = 0; column < grid.Columns; column++)
            {
                positions.Add(new InputPosition(id, PositionKind.Patch, picture.Patches[whole + (row * grid.Columns) + column]));
            }

            positions.Add(new InputPosition(id, PositionKind.Newline, Patch: null));
        }
    }

    private void CheckContext(int positions, int patches, int answerTokens)
    {
        if (positions + answerTokens > Config.Text.MaxPositions)
        {
            throw new RefusedInputException(
                $"The prompt is {positions} positions long ({patches} of them the picture's) and the answer may take {answerTokens} more, but the checkpoint's context is {Config.Text.MaxPositions}: shorten the prompt or the answer.");
        }
    }

    /// <summary>The decoder's input.</summary>
    private torch.Tensor Embed(PreparedInput input, Action<AnalysisProgress>? onProgress, CancellationToken cancellationToken)
    {
        using var scope = torch.NewDisposeScope();
        var steps = _model.Tower.Blocks + 1;
        var features = _model.Tower.Forward(
            input.Picture.PixelValues,
            input.Picture.Views,
            input.Picture.Width,
            input.Picture.Height,
            done => onProgress?.Invoke(new AnalysisProgress(AnalysisStage.Vision, done, steps)),
            cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        var ids = new int[input.Positions.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = input.Positions[i].Id;
        }

        var embedded = _model.Embed(ids, _model.Arrangement.Forward(_model.Projector.Forward(features), input.Picture.Fine));
        onProgress?.Invoke(new AnalysisProgress(AnalysisStage.Vision, steps, steps));
        return embedded.MoveToOuterDisposeScope();
    }

    /// <summary>Greedy decoding, each token fed back through the kept keys and values; then the lens over the positions that were fed back.</summary>
    private Answer Generate(
        torch.Tensor output,
        Sequence sequence,
        LensReader reader,
        int answerTokens,
        Action<LayerReading> onReading,
        Action<AnalysisProgress>? onProgress,
        HiddenStateRequest? hidden,
        HashSet<int> handedOver,
        CancellationToken cancellationToken)
    {
        var decoder = _model.Decoder;
        var first = sequence.Past;
        var ids = new List<int>(answerTokens);
        var kept = reader.Layers.Union(handedOver).ToDictionary(layer => layer, _ => new List<torch.Tensor>(answerTokens));
        using var scope = torch.NewDisposeScope();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ids.Add(decoder.NextToken(output));
            onProgress?.Invoke(new AnalysisProgress(AnalysisStage.Answer, ids.Count, answerTokens));
            if (ids.Count == answerTokens || Config.EndOfTextIds.Contains(ids[^1]))
            {
                break;
            }

            output = decoder.Embed([ids[^1]]);
            sequence.Begin(1);
            for (var layer = 0; layer <= decoder.Layers; layer++)
            {
                if (layer > 0)
                {
                    decoder.Apply(layer - 1, output, sequence);
                }

                if (kept.TryGetValue(layer, out var rows))
                {
                    rows.Add(output.clone());
                }
            }

            sequence.End();
        }

        if (ids.Count > 1)
        {
            foreach (var (layer, rows) in kept.OrderBy(pair => pair.Key))
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var layerScope = torch.NewDisposeScope();
                var residual = torch.cat(rows, 0);
                if (reader.Layers.Contains(layer))
                {
                    onReading(reader.Read(residual, layer, first));
                }

                if (handedOver.Contains(layer))
                {
                    hidden!.OnState(StateOf(residual, layer, first));
                }
            }
        }

        return new Answer(ids, Tokenizer.Decode(ids, skipSpecialTokens: true).Trim());
    }
}
