using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Models;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tokenization;
using LogitLens.Inference.Tracing;
using TorchSharp;

namespace LogitLens.Inference;

/// <summary>A checkpoint in memory, ready to read pictures through the lens. One analysis at a time; pictures may be prepared beside it and beside each other.</summary>
/// <remarks>The CPU computes in fp32. CUDA computes in fp16 with norms in fp32, and is not run in this project's own tests.</remarks>
public sealed class LensEngine : IDisposable
{
    private readonly ModelBytes _bytes;
    private readonly LlavaModel _model;
    private readonly PictureProcessor _pictures;

    private LensEngine(CheckpointConfig config, ModelBytes bytes, LlavaModel model, CheckpointTokenizer tokenizer, PictureProcessor pictures, PromptTemplate template)
    {
        Config = config;
        Tokenizer = tokenizer;
        _bytes = bytes;
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

    /// <summary>Where the weights are: resident or streamed.</summary>
    public Residency Residency => _model.Residency;

    /// <summary>How many pictures should go through the model together now, by the memory that is free.</summary>
    public int BatchSize => MemoryPlan.Pictures(_bytes, TypicalPositions, FreeMemory.Read());

    internal LlavaModel Model => _model;

    /// <summary>What the lens took of the last batch.</summary>
    internal TimeSpan LensTime { get; private set; }

    // A picture's patches (with tiles: as many as it may have), and a prompt and answer of usual length.
    private int TypicalPositions
    {
        get
        {
            var side = Config.Vision.ImageSize / Config.Vision.PatchSize;
            var tiles = Config.Tiling?.Resolutions.Max(canvas => canvas.Height / Config.Vision.ImageSize * (canvas.Width / Config.Vision.ImageSize)) ?? 0;
            return (side * side * (1 + Math.Min(tiles, Config.Tiling?.MostTiles ?? tiles))) + 64;
        }
    }

    /// <summary>Loads a checkpoint's weights onto a device. The checkpoint stays the caller's and is not needed afterwards.</summary>
    /// <exception cref="RefusedInputException">The checkpoint or the device cannot be used.</exception>
    public static LensEngine Load(Checkpoint checkpoint, DeviceChoice device, CancellationToken cancellationToken) =>
        Load(checkpoint, device, Residency.Auto, cancellationToken);

    /// <summary>Loads a checkpoint's weights onto a device, or what stays there of them. The checkpoint stays the caller's and is not needed afterwards.</summary>
    /// <exception cref="RefusedInputException">The checkpoint or the device cannot be used, or memory is short.</exception>
    public static LensEngine Load(Checkpoint checkpoint, DeviceChoice device, Residency residency, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        var config = checkpoint.Config;

        // What is cheap to refuse comes before gigabytes of weights.
        var tokenizer = checkpoint.OpenTokenizer();
        var pictures = PictureProcessor.Open(checkpoint.Folder, config);
        var template = PromptTemplate.Of(checkpoint.Folder, config);
        return new LensEngine(config, ModelBytes.Of(config, checkpoint.Weights), LlavaModel.Load(checkpoint, TorchRuntime.Choose(device), residency, cancellationToken), tokenizer, pictures, template);
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
        _model.Tower.RequireSize(prepared.Width, prepared.Height);
        var positions = LayOut(ids, prepared, answerTokens);
        return new PreparedInput(prepared, decoded.Width, decoded.Height, full, positions);
    }

    /// <summary>Another prompt for a picture that is prepared already: together in a batch they share what is computed of the picture.</summary>
    /// <param name="same">From <see cref="Prepare(ReadOnlySpan{byte}, string, PictureOrientation, PictureLimits, int)"/>.</param>
    /// <param name="prompt">A question, or a full prompt with one <c>&lt;image&gt;</c>.</param>
    /// <param name="answerTokens">Room kept in the context for the answer.</param>
    /// <exception cref="RefusedInputException">A prompt that cannot be used, or longer than the context.</exception>
    public PreparedInput Prepare(PreparedInput same, string prompt, int answerTokens)
    {
        ArgumentNullException.ThrowIfNull(same);
        ArgumentOutOfRangeException.ThrowIfNegative(answerTokens);
        var full = Template.Complete(prompt);
        return same with { Prompt = full, Positions = LayOut(Tokenizer.Encode(full), same.Picture, answerTokens) };
    }

    /// <summary>Runs the model and hands over one reading per chosen layer, in order, as each is computed; then, if asked for, the greedy answer.</summary>
    /// <param name="input">From <c>Prepare</c>.</param>
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
        ArgumentNullException.ThrowIfNull(onReading);
        return Analyze(
            [input],
            settings,
            answerTokens,
            new BatchObserver((_, reading) => onReading(reading))
            {
                OnProgress = onProgress,
                HiddenLayers = hidden?.Layers ?? [],
                OnState = hidden is null ? null : (_, state) => hidden.OnState(state),
            },
            cancellationToken)[0];
    }

    /// <summary>
    /// Runs the model over several inputs at once: each weight is read once for all, and prompts on one picture share what is computed up to its end. Gives
    /// the same numbers as one by one, but for rounding.
    /// </summary>
    /// <param name="inputs">From <c>Prepare</c>; see <see cref="BatchSize"/>.</param>
    /// <param name="settings">What the lens keeps.</param>
    /// <param name="answerTokens">At most so many new tokens each; 0 for no answers.</param>
    /// <param name="observer">Who is told.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <returns>Each input's answer; null where none was asked for or came about.</returns>
    /// <exception cref="RefusedInputException">Settings that this checkpoint cannot meet, or inputs that are not this checkpoint's.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<Answer?> Analyze(
        IReadOnlyList<PreparedInput> inputs, LensSettings settings, int answerTokens, BatchObserver observer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(observer);
        ArgumentOutOfRangeException.ThrowIfNegative(answerTokens);
        foreach (var input in inputs)
        {
            CheckContext(input.Positions.Count, input.Picture.Positions, answerTokens);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (inputs.Count == 0)
        {
            return [];
        }

        using var noGradients = torch.no_grad();
        var analysis = new BatchAnalysis(_model, Config, Tokenizer, inputs, settings, answerTokens, observer);
        try
        {
            return analysis.Run(cancellationToken);
        }
        finally
        {
            LensTime = analysis.LensTime;
        }
    }

    /// <summary>What is computed once when these go through the model together: readings of these positions are the same numbers for each of the inputs.</summary>
    public static IReadOnlyList<SharedStart> FindShared(IReadOnlyList<PreparedInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return BatchLayout.Of(inputs).Shared;
    }

    /// <summary>Prepares one input for experiments: attention maps, knockouts, ablations, relevancy. The tower is run here, the decoder with each pass.</summary>
    /// <param name="input">From <c>Prepare</c>.</param>
    /// <param name="cancellationToken">Looked at between the tower's blocks.</param>
    /// <returns>To be disposed before this engine; passes and <c>Analyze</c> must not run at once.</returns>
    /// <exception cref="RefusedInputException">An input that is not this checkpoint's.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public Tracer Trace(PreparedInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        CheckContext(input.Positions.Count, input.Picture.Positions, answerTokens: 0);
        return Tracer.Start(_model, Config.Text, input, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

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
}
