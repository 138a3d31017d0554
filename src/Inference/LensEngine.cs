using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using LogitLens.Inference.Lens;
using LogitLens.Inference.Runtime;
using LogitLens.Inference.Tokenization;

namespace LogitLens.Inference;

/// <summary>A checkpoint in memory, ready to read pictures through the lens. Not safe for two calls at once.</summary>
public sealed class LensEngine : IDisposable
{
    /// <summary>Loads a checkpoint's weights onto a device.</summary>
    /// <exception cref="RefusedInputException">The checkpoint or the device cannot be used.</exception>
    public static LensEngine Load(Checkpoint checkpoint, DeviceChoice device, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>The checkpoint's config.</summary>
    public CheckpointConfig Config => throw new NotImplementedException();

    /// <summary>The checkpoint's tokenizer.</summary>
    public CheckpointTokenizer Tokenizer => throw new NotImplementedException();

    /// <summary>The device in use, as <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => throw new NotImplementedException();

    /// <summary>Decodes and preprocesses the picture, tokenizes the prompt and lays out the positions.</summary>
    /// <param name="picture">The picture file's bytes.</param>
    /// <param name="prompt">A question, or a full prompt with one <c>&lt;image&gt;</c> (see <see cref="PromptTemplate"/>).</param>
    /// <param name="orientation">Which way up the picture is taken.</param>
    /// <param name="limits">What the picture may at most be.</param>
    /// <param name="answerTokens">Room kept in the context for the answer.</param>
    /// <exception cref="RefusedInputException">A picture or prompt that cannot be used, or longer than the context.</exception>
    public PreparedInput Prepare(ReadOnlySpan<byte> picture, string prompt, PictureOrientation orientation, PictureLimits limits, int answerTokens) => throw new NotImplementedException();

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
    /// <returns>The answer, or null if none was asked for.</returns>
    public Answer? Analyze(
        PreparedInput input,
        LensSettings settings,
        int answerTokens,
        Action<LayerReading> onReading,
        Action<AnalysisProgress>? onProgress,
        CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
