using LogitLens.Storage.Exchange;

namespace LogitLens.Storage.Tests.Exchange;

public sealed class AnalysisManifestTests
{
    [Fact]
    public void From_DoneAnalysis_NamesEveryPosition()
    {
        var manifest = AnalysisManifest.From(Samples.Detail(Samples.Layout(), [40, 41, 2], "A cat"));

        Assert.Equal(["text", "patch", "patch", "newline", "answer", "answer"], manifest.Positions.Select(position => position.Kind));
        Assert.Equal([40, 41], manifest.Positions.Skip(4).Select(position => position.Id));
        Assert.Equal([320.0, 0, 240, 480], manifest.Positions[2].Pixels!);
        Assert.Equal(1, manifest.Positions[2].Column);
        Assert.Null(manifest.Positions[0].Pixels);
        Assert.Equal([80.0, 0, 480, 480], manifest.Seen!);
        Assert.Equal([40, 41, 2], manifest.Answer!.Ids);
        Assert.Equal("A cat", manifest.Answer.Text);
    }

    [Fact]
    public void From_AllLayers_ListsEmbAndEveryBlock()
    {
        var manifest = AnalysisManifest.From(Samples.Detail(Samples.Layout(), layers: 3));

        Assert.Equal([0, 1, 2, 3], manifest.Layers);
        Assert.Equal(3, manifest.LayerCount);
        Assert.Equal(4, manifest.Blobs);
    }

    [Fact]
    public void From_ChosenLayers_KeepsThem() =>
        Assert.Equal([0, 2], AnalysisManifest.From(Samples.Detail(settings: new RunSettings(Layers: [0, 2]))).Layers);

    [Fact]
    public void From_NothingPreparedYet_HasNoPositionsAndNoAnswer()
    {
        var manifest = AnalysisManifest.From(Samples.Detail(state: AnalysisState.Queued));

        Assert.Empty(manifest.Positions);
        Assert.Null(manifest.Seen);
        Assert.Null(manifest.Answer);
    }

    [Theory]
    [InlineData(6, true, 480, 640, "exif")]
    [InlineData(6, false, 640, 480, "stored")]
    [InlineData(3, true, 640, 480, "exif")]
    public void From_NotPreparedYet_TurnsTheSizeAsTheRunDoes(int exif, bool apply, int width, int height, string orientation)
    {
        var image = AnalysisManifest.From(Samples.Detail(settings: new RunSettings(ApplyExifOrientation: apply), exif: exif)).Image;

        Assert.Equal((width, height, orientation), (image.Width, image.Height, image.Orientation));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void From_NothingFedBack_AddsNoAnswerPositions(int generated) =>
        Assert.Equal(4, AnalysisManifest.From(Samples.Detail(Samples.Layout(), [.. Enumerable.Repeat(2, generated)], string.Empty)).Positions.Count);
}
