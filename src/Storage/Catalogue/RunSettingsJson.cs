using System.Text.Json;

namespace LogitLens.Storage.Catalogue;

/// <summary>Settings are kept as JSON: nothing is searched by them, and a later setting takes its default where an older run does not name it.</summary>
internal static class RunSettingsJson
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static string Write(RunSettings settings) => JsonSerializer.Serialize(settings, Options);

    public static RunSettings Read(string json) =>
        JsonSerializer.Deserialize<RunSettings>(json, Options) ?? throw new InvalidDataException("A run's settings are JSON null.");
}
