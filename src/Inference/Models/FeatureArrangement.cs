using LogitLens.Inference.Checkpoints;
using LogitLens.Inference.Imaging;
using TorchSharp;

namespace LogitLens.Inference.Models;

/// <summary>Puts projected features into the order of the picture's positions.</summary>
/// <remarks>
/// One view: as they are. Tiles (LLaVA-NeXT, Liu et al. 2024; LLaVA-OneVision, Li et al. 2024): the view of the whole first, then the tiles' patches as one
/// grid, freed from padding, shrunk by bilinear interpolation where there are too many, with a learnt line feature behind each row.
/// </remarks>
internal sealed class FeatureArrangement(torch.Tensor? newline)
{
    public static FeatureArrangement Load(WeightLoader weights, CheckpointConfig config) =>
        new(config.Tiling is null ? null : weights.Load(RequiredWeights.Newline));

    /// <summary>(views × patches) × width → positions × width: a new tensor, the caller's.</summary>
    /// <param name="features">In the order of the tower's output.</param>
    /// <param name="grid">What becomes of the tiles; null for one view.</param>
    public torch.Tensor Forward(torch.Tensor features, FineGrid? grid)
    {
        if (grid is null || newline is null)
        {
            return features.alias();
        }

        using var scope = torch.NewDisposeScope();
        var width = features.shape[1];
        var tiles = grid.TileRows * grid.TileColumns;
        var patches = features.shape[0] / (tiles + 1);
        var side = (long)Math.Sqrt(patches);
        var fine = features.narrow(0, patches, tiles * patches)
            .view(grid.TileRows, grid.TileColumns, side, side, width)
            .permute(0, 2, 1, 3, 4)
            .reshape(grid.TileRows * side, grid.TileColumns * side, width)
            .narrow(0, grid.FirstRow, grid.KeptRows)
            .narrow(1, grid.FirstColumn, grid.KeptColumns);
        if (grid.IsShrunk)
        {
            fine = torch.nn.functional.interpolate(
                fine.permute(2, 0, 1).unsqueeze(0), [grid.Rows, grid.Columns], mode: torch.InterpolationMode.Bilinear, align_corners: false)
                .squeeze(0).permute(1, 2, 0);
        }

        var lines = torch.cat([fine, newline.expand(grid.Rows, 1, width)], 1).reshape(grid.Rows * (grid.Columns + 1), width);
        return torch.cat([features.narrow(0, 0, patches), lines], 0).MoveToOuterDisposeScope();
    }
}
