namespace LogitLens.Storage.Catalogue;

/// <summary>Where an analysis' positions lie; written once, before the first layer.</summary>
/// <param name="OriginalWidth">Width of the picture in the run's orientation, in pixels.</param>
/// <param name="OriginalHeight">Height of the picture in the run's orientation, in pixels.</param>
/// <param name="Seen">The part of it that the model saw.</param>
/// <param name="Positions">The prompt's positions, placeholders expanded (answer positions follow from the answer's ids).</param>
public sealed record AnalysisLayout(int OriginalWidth, int OriginalHeight, PixelBox Seen, IReadOnlyList<LayoutPosition> Positions)
{
    /// <summary>How many positions there are up to the picture's end: those that prompts on one picture have in common. 0 if nothing follows it.</summary>
    internal int CountToPictureEnd()
    {
        var count = Positions.Count;
        while (count > 0 && Positions[count - 1].Kind == 0)
        {
            count--;
        }

        return count == Positions.Count ? 0 : count;
    }
}
