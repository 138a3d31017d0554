using LogitLens.Dashboard.Analysis;
using LogitLens.Dashboard.Components.Runs;
using LogitLens.Inference;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange;

namespace LogitLens.Dashboard.Tests.Pages;

public sealed class NewRunFormTests
{
    private static readonly AvailableCheckpoint Demo = new("demo", "/demo", "llava", 12, 1024, 16_000_000, PromptTemplate.Llava15, IsDemo: true);

    [Fact]
    public void Errors_Empty_AsksForImagesAndACheckpoint()
    {
        var form = new NewRunForm();
        Assert.Equal(2, form.Errors.Count());
        Assert.NotNull(form.ImagesError);
        Assert.NotNull(form.CheckpointError);
    }

    [Fact]
    public void ToRequest_Defaults_AsksForTheDescriptionOfEachImage()
    {
        var form = Filled("garden.jpg", "beach.jpg");
        var request = form.ToRequest();
        Assert.Equal("/demo", request.CheckpointFolder);
        Assert.Equal("Describe the image.", request.Prompt);
        Assert.Equivalent(new RunSettings(), request.Settings);
        Assert.Equal([new RequestedItem(new ImageId(1)), new RequestedItem(new ImageId(2))], request.Items);
        Assert.Equal("demo, 2 images, Describe the image.", request.Name);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(51)]
    [InlineData(null)]
    public void TopKError_OutOfLimits_NamesThem(int? topK)
    {
        var form = Filled("garden.jpg");
        form.TopK = topK;
        Assert.Contains("1 to 50", form.TopKError, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(form.ToRequest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<image> and <image>")]
    public void PromptError_UnusablePrompt_HasASentenceAndNoPreview(string prompt)
    {
        var form = Filled("garden.jpg");
        form.Prompt = prompt;
        Assert.NotNull(form.PromptError);
        Assert.Null(form.FullPrompt);
    }

    [Fact]
    public void FullPrompt_Question_StandsInTheTemplate()
    {
        var form = Filled("garden.jpg");
        form.Prompt = "What is left?";
        Assert.Equal("USER: <image>\nWhat is left? ASSISTANT:", form.FullPrompt);
    }

    [Fact]
    public void LayersError_OtherCheckpoint_ChecksAgain()
    {
        var form = Filled("garden.jpg");
        form.Layers = "emb,1-12";
        Assert.Null(form.LayersError);
        form.Layers = "20-32";
        Assert.NotNull(form.LayersError);
        form.Checkpoint = Demo with { Layers = 32 };
        Assert.Null(form.LayersError);
        Assert.Equal(Enumerable.Range(20, 13), form.ToRequest().Settings.Layers);
    }

    [Fact]
    public void Name_Typed_StaysUntilEmptied()
    {
        var form = Filled("garden.jpg");
        Assert.Equal("demo, garden.jpg, Describe the image.", form.Name);
        form.Name = "mine";
        form.Prompt = "What?";
        Assert.Equal("mine", form.Name);
        form.Name = " ";
        Assert.Equal("demo, garden.jpg, What?", form.Name);
    }

    [Fact]
    public void Add_SameBytesTwice_IsTakenOnce()
    {
        var form = Filled("garden.jpg");
        Assert.False(form.Add("copy.jpg", Image(1, "garden.jpg")));
        Assert.Single(form.Images);
    }

    [Fact]
    public void Match_Table_FindsByNameByPathAndInAnyCase()
    {
        var form = Filled("garden.jpg", "Beach.JPG", "left-out.png");
        form.Table = ItemMatch.Match(
            [
                new TableItem("garden.jpg", "What is left?", "cat", 2),
                new TableItem("data/garden.jpg", "What is right?", null, 3),
                new TableItem(@"C:\pictures\beach.jpg", null, "turtle", 4),
                new TableItem("missing.jpg", null, null, 5),
            ],
            form.Images);
        Assert.Equal(
            [
                new RequestedItem(new ImageId(1), "What is left?", "cat"),
                new RequestedItem(new ImageId(1), "What is right?"),
                new RequestedItem(new ImageId(2), null, "turtle"),
            ],
            form.ToRequest().Items);
        Assert.Contains("Line 5", Assert.Single(form.Table.Unmatched), StringComparison.Ordinal);
        Assert.Equal(1, form.Table.ImagesWithoutLine);
    }

    [Fact]
    public void Match_TwoImagesOfOneName_IsNotGuessed()
    {
        var form = Filled("a.jpg", "a.jpg");
        var match = ItemMatch.Match([new TableItem("a.jpg", null, null, 2)], form.Images);
        Assert.Empty(match.Items);
        Assert.Contains("2 images", Assert.Single(match.Unmatched), StringComparison.Ordinal);
    }

    private static NewRunForm Filled(params string[] names)
    {
        var form = new NewRunForm { Checkpoint = Demo };
        for (var i = 0; i < names.Length; i++)
        {
            form.Add(names[i], Image(i + 1, names[i]));
        }

        return form;
    }

    private static ImageRow Image(long id, string name) =>
        new(new ImageId(id), new string('0', 64), name, "image/png", 4, 4, 1, 100, DateTimeOffset.UnixEpoch, 0, null);
}
