using System.Runtime.InteropServices;
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
                promptTemplate = new { template.Name, template.Origin, form = template.Complete("QUESTION") },
                preprocessing = ReadPreprocessor(checkpoint.Folder),
            },
            JsonSerializerOptions.Web);
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
