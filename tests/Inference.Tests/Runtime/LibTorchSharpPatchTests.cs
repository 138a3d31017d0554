using System.Text;
using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Tests.Runtime;

public sealed class LibTorchSharpPatchTests
{
    [Fact]
    public void Apply_PublishedLibrary_ChangesAFewBytesAndNotItsLength()
    {
        var original = File.ReadAllBytes(Published());
        var patched = LibTorchSharpPatch.Apply(original);
        Assert.Equal(original.Length, patched.Length);

        // One flag, one symbol's entry but for its name, one symbol's version.
        var changed = original.Zip(patched).Count(pair => pair.First != pair.Second);
        Assert.InRange(changed, 3, 1 + 20 + 2);
    }

    [Fact]
    public void Apply_PublishedLibrary_LeavesArgumentAndPackageFileAsTheyWere()
    {
        var path = Published();
        var before = (File.GetLastWriteTimeUtc(path), new FileInfo(path).Length);
        var original = File.ReadAllBytes(path);
        var kept = (byte[])original.Clone();
        LibTorchSharpPatch.Apply(original);
        Assert.Equal(kept, original);
        Assert.Equal(kept, File.ReadAllBytes(path));
        Assert.Equal(before, (File.GetLastWriteTimeUtc(path), new FileInfo(path).Length));
    }

    [Fact]
    public void Apply_PublishedLibrary_GivesWhatTheBuildPutsIntoTheOutput()
    {
        Assert.SkipUnless(LibTorchSharpPatch.IsNeededHere(), "This machine's libstdc++ is new enough, so the build takes the library as published.");
        var output = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(output), $"There is no {output}.");
        Assert.Equal(LibTorchSharpPatch.Apply(File.ReadAllBytes(Published())), File.ReadAllBytes(output));
    }

    [Fact]
    public void Apply_PatchedLibrary_IsRefused() => Refused(LibTorchSharpPatch.Apply(File.ReadAllBytes(Published())), "it has no symbol");

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(100_000)]
    [InlineData(-1_000_000)]
    [InlineData(-64)]
    [InlineData(-1)]
    public void Apply_TruncatedLibrary_IsRefused(int length)
    {
        var original = File.ReadAllBytes(Published());
        Refused(length < 0 ? original[..^-length] : original[..length], string.Empty);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a library")]
    [InlineData("\u007fELF\u0001\u0001 a library of 32 bits, long enough to hold a header of sixty-four bytes")]
    public void Apply_OtherBytes_IsRefused(string text) => Refused(Encoding.Latin1.GetBytes(text), "it is not a 64-bit little-endian ELF library");

    [Fact]
    public void Apply_EmptyElf_IsRefused()
    {
        var file = new byte[128];
        "\u007fELF\u0002\u0001"u8.CopyTo(file);
        Refused(file, string.Empty);
    }

    [Fact]
    public void Apply_AnotherLibrary_IsRefused()
    {
        var path = LibTorchSharpPatch.FindLibStdCxx();
        Assert.SkipUnless(path is not null, "This machine has no libstdc++.");
        Refused(File.ReadAllBytes(path), string.Empty);
    }

    private static void Refused(byte[] bytes, string why)
    {
        var refusal = Assert.Throws<InvalidDataException>(() => LibTorchSharpPatch.Apply(bytes));
        Assert.StartsWith("libLibTorchSharp.so is not the one the patch for older libstdc++ was made for: " + why, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The library as the package has it; the build leaves the package cache alone.</summary>
    private static string Published()
    {
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var path = Path.Combine(cache, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(path), $"There is no {path}.");
        return path;
    }
}
