using System.Text.Json;

namespace LogitLens.Storage.Catalogue;

/// <summary>Sources are kept as JSON: nothing is searched by them but the hash, which has a column.</summary>
internal static class AnalysisSourceJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static string Write(AnalysisSource source) => JsonSerializer.Serialize(source, Options);

    public static AnalysisSource Read(string json) => JsonSerializer.Deserialize<AnalysisSource>(json, Options) ?? throw new InvalidDataException("An analysis' source is JSON null.");
}
