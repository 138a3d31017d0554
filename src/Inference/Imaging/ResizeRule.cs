namespace LogitLens.Inference.Imaging;

/// <summary>To a fixed size, or so that the shortest edge has a given length.</summary>
internal sealed record ResizeRule(int Width, int Height, int? ShortestEdge)
{
    public (long Width, long Height) Of(Picture picture)
    {
        if (ShortestEdge is not { } shortest)
        {
            return (Width, Height);
        }

        // The longer edge is cut off, not rounded, as transformers' get_resize_output_image_size does.
        return picture.Width <= picture.Height
            ? (shortest, (long)((double)((long)shortest * picture.Height) / picture.Width))
            : ((long)((double)((long)shortest * picture.Width) / picture.Height), shortest);
    }
}
