namespace LogitLens.Storage.Gallery;

/// <summary>How images are sorted. What cannot be told apart is sorted newest first.</summary>
public enum GalleryOrder : byte
{
    /// <summary>Added last, first.</summary>
    Newest = 0,

    /// <summary>Added first, first.</summary>
    Oldest = 1,

    /// <summary>By name, as Unicode orders capitals.</summary>
    Name = 2,

    /// <summary>The greatest share of filler first; images without one last.</summary>
    MostFiller = 3,

    /// <summary>The least share of filler first; images without one last.</summary>
    LeastFiller = 4,

    /// <summary>The greatest probability of the tokens asked for first; <see cref="Newest"/> where none are.</summary>
    Probability = 5,
}
