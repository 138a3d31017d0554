using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using LogitLens.Dashboard.Hosting;
using LogitLens.Inference;
using LogitLens.Inference.Runtime;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Dashboard.Analysis;

/// <summary>What a run was made with, so that its numbers can be made again.</summary>
internal static class Provenance
{
    private const int MostHashed = 16 << 20;

    /// <summary>Versions, machine and preprocessing as JSON.</summary>
    public static string Describe(CheckpointRow checkpoint, PromptTemplate template, LogitLensOptions options)
    {
        TorchRuntime.Start(options.Threads);
        return JsonSerializer.Serialize(
            new
            {
                logitLens = ProductVersion.Text,
                torchSharp = TorchRuntime.TorchSharpVersion,
                libtorch = TorchRuntime.LibTorchVersion,
                dotnet = RuntimeInformation.FrameworkDescription,
                os = RuntimeInformation.OSDescription,
                architecture = RuntimeInformation.ProcessArchitecture.ToString(),
                device = options.Device,
                residency = options.Residency,
                threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount,
                computedIn = "float32 (float16 weights on CUDA)",
                checkpoint = new { checkpoint.Hash, checkpoint.Name, storedIn = checkpoint.DType },
                files = DescribeFiles(checkpoint.Folder),
                promptTemplate = new { template.Name, template.Origin, form = template.Complete("QUESTION") },
                preprocessing = ReadPreprocessor(checkpoint.Folder),
            },
            JsonSerializerOptions.Web);
    }

    /// <summary>Each file of a checkpoint with its SHA-256; of weights their length, as the checkpoint's own hash is over every byte of theirs.</summary>
    private static List<string> DescribeFiles(string folder)
    {
        var files = new List<string>();
        try
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal))
            {
                files.Add(file.Length <= MostHashed
                    ? $"{file.Name} {Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName)))}"
                    : string.Create(CultureInfo.InvariantCulture, $"{file.Name} {file.Length} bytes"));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The run will say what it could not read.
        }

        return files;
    }

    private static JsonNode? ReadPreprocessor(string folder)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "preprocessor_config.json")));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // It was readable a moment ago, and the run will say if it no longer is.
            return null;
        }
    }
}
