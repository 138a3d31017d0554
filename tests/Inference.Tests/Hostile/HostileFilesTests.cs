namespace LogitLens.Inference.Tests.Hostile;

/// <summary>Twelve thousand and more damaged files; <c>tests/Benchmarks -- fuzz --files N</c> goes on with other seeds for as long as one likes.</summary>
public sealed class HostileFilesTests
{
    private const int Rounds = 900;

    public static TheoryData<string> Names => [.. HostileRun.Files.Select(file => file.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Open_DamagedFile_OpensOrIsRefusedInASentence(string name)
    {
        using var run = new HostileRun();
        var index = HostileRun.Files.Select(file => file.Name).ToList().IndexOf(name);

        var (refused, most) = run.Damage(HostileRun.Files[index], seed: index, Rounds, TestContext.Current.CancellationToken);

        // A damaged template is an unknown one and refuses nothing.
        Assert.InRange(refused, HostileRun.Files[index].Form == HostileForm.Template ? 0 : 50, Rounds);
        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: {refused} of {Rounds} refused, at most {most:0} bytes allocated for each byte of the folder.");
    }
}
