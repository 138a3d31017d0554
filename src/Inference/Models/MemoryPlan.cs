using System.Globalization;
using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Models;

/// <summary>What is done with the memory there is. Pure: sizes in, decisions out.</summary>
internal static class MemoryPlan
{
    /// <summary>More pictures than this gain nothing: products of so many rows are as fast as they get.</summary>
    internal const int MostPictures = 8;

    // libtorch itself, the pictures, the lens' logits, the web server.
    private const long Rest = 768L << 20;

    /// <summary>Resident or streamed.</summary>
    /// <param name="wanted">What was asked for.</param>
    /// <param name="name">The checkpoint's name, for the sentence.</param>
    /// <param name="model">What the checkpoint takes.</param>
    /// <param name="free">Free bytes.</param>
    /// <exception cref="RefusedInputException">It fits in neither way, or not in the one that was asked for.</exception>
    internal static Residency Choose(Residency wanted, string name, ModelBytes model, long free)
    {
        var room = free - Rest;
        if (wanted != Residency.Streamed && model.Resident <= room)
        {
            return Residency.Resident;
        }

        if (wanted == Residency.Resident)
        {
            throw new RefusedInputException(
                $"{name} takes {Gibibytes(model.Resident + Rest)} GiB in memory, but {Gibibytes(free)} GiB are free: let its weights be streamed (residency auto or streamed), or free memory.");
        }

        return model.Streamed <= room
            ? Residency.Streamed
            : throw new RefusedInputException(
                $"{name} takes {Gibibytes(model.Streamed + Rest)} GiB even with its weights streamed, but {Gibibytes(free)} GiB are free: use a machine or a container limit with more memory, or a smaller checkpoint.");
    }

    /// <summary>How many pictures go through the model together, once it is loaded: at least one.</summary>
    /// <param name="model">What the checkpoint takes.</param>
    /// <param name="positions">Positions of one picture with its prompt and answer.</param>
    /// <param name="free">Bytes that are still free; half of them are used.</param>
    internal static int Pictures(ModelBytes model, int positions, long free) =>
        (int)Math.Clamp(free / 2 / Math.Max(1, model.PerPosition * positions), 1, MostPictures);

    private static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture);
}
