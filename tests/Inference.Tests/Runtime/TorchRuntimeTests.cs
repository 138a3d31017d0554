using LogitLens.Inference.Runtime;

namespace LogitLens.Inference.Tests.Runtime;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Start_Twice_DoesNothingMore()
    {
        TorchRuntime.Start();
        TorchRuntime.Start(1);
        Assert.NotEqual(0, TorchSharp.torch.get_num_threads());
    }

    [Fact]
    public void Choose_Auto_FindsADevice() => Assert.Matches("^(cpu|cuda:0)$", TorchRuntime.Choose(DeviceChoice.Auto)[0].ToString());

    [Fact]
    public void PatchInPlace_LibraryAsPublished_IsReplacedOnceAndItsHardLinksAreNot()
    {
        var published = Published();
        var folder = Directory.CreateTempSubdirectory("logitlens-test-");
        try
        {
            var path = Path.Combine(folder.FullName, "libLibTorchSharp.so");
            File.Copy(published, path);
            var original = File.ReadAllBytes(path);
            using (var other = File.OpenRead(path))
            {
                TorchRuntime.PatchInPlace(path);

                // Whoever has the old file still has the old bytes: it was replaced, not written to.
                var kept = new byte[original.Length];
                other.ReadExactly(kept);
                Assert.True(original.AsSpan().SequenceEqual(kept));
            }

            var patched = File.ReadAllBytes(path);
            Assert.True(LibTorchSharpPatch.Apply(original).AsSpan().SequenceEqual(patched));
            Assert.Single(folder.GetFiles());

            TorchRuntime.PatchInPlace(path);
            Assert.True(patched.AsSpan().SequenceEqual(File.ReadAllBytes(path)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void PatchInPlace_AnotherFile_IsLeftAlone()
    {
        var folder = Directory.CreateTempSubdirectory("logitlens-test-");
        try
        {
            var path = Path.Combine(folder.FullName, "libLibTorchSharp.so");
            File.WriteAllText(path, "no library");
            TorchRuntime.PatchInPlace(path);
            Assert.Equal("no library", File.ReadAllText(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Candidates_ThisOutput_HoldsTheLibrary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux builds are patched.");
        Assert.NotEmpty(TorchRuntime.Candidates(AppContext.BaseDirectory));
    }

    private static string Published()
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var folder = Path.Combine(packages, "torchsharp", "0.107.0", "runtimes", "linux-x64", "native");
        var path = Path.Combine(folder, "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(path), $"There is no {path}.");
        return path;
    }
}
