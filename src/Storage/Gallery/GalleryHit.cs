namespace LogitLens.Storage.Gallery;

/// <summary>Where the tokens asked for are read best in an image's analysis.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Display">As people read it.</param>
/// <param name="Layer">0 = emb.</param>
/// <param name="Position">In the analysis' layout.</param>
/// <param name="CheckpointHash">The checkpoint whose token it is.</param>
/// <param name="IsUpright">Whether the run turned its pictures as EXIF says.</param>
public sealed record GalleryHit(double Probability, int Token, string Display, int Layer, int Position, string CheckpointHash, bool IsUpright);
