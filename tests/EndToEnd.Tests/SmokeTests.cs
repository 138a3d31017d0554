namespace LogitLens.EndToEnd.Tests;

public sealed class RunIdTests
{
    [Fact]
    public void New_Twice_Differs() => Assert.NotEqual(Storage.Catalogue.RunId.New(), Storage.Catalogue.RunId.New());
}
