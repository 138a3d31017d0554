using System.Text.Json;
using System.Text.Json.Serialization;

namespace LogitLens.Dashboard.Care;

/// <summary>The last outcome of each kind, in a small file of the data folder: a restored database must not bring older news of itself.</summary>
internal sealed class CareMemory(string path)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>What is remembered; nothing if the file is missing or cannot be read, as nothing depends on it.</summary>
    public IReadOnlyDictionary<CareKind, CareOutcome> Read()
    {
        try
        {
            return File.Exists(path)
                ? (JsonSerializer.Deserialize<List<CareOutcome>>(File.ReadAllText(path), Options) ?? []).ToDictionary(outcome => outcome.Kind)
                : new Dictionary<CareKind, CareOutcome>();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or ArgumentException)
        {
            return new Dictionary<CareKind, CareOutcome>();
        }
    }

    /// <summary>Writes what is to be remembered; a full disk is said elsewhere, and costs the memory only.</summary>
    public void Write(IEnumerable<CareOutcome> outcomes)
    {
        try
        {
            File.WriteAllText(path + ".new", JsonSerializer.Serialize(outcomes.ToList(), Options));
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is in memory is shown all the same.
        }
    }
}
