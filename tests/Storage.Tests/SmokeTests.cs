namespace LogitLens.Storage.Tests;

public sealed class RunIdTests
{
    [Fact]
    public void New_Twice_Differs() => Assert.NotEqual(Catalogue.RunId.New(), Catalogue.RunId.New());
}
