using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LogitLens.Storage.Exchange.Archive;

namespace LogitLens.Storage.Tests.Exchange.Archive;

/// <summary>Archives written, read, and changed as nobody should.</summary>
internal static class ArchiveFile
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<byte[]> ExportAsync(TestStorage storage, params RunId[] runs)
    {
        using var output = new MemoryStream();
        await storage.ArchiveWriter.WriteAsync(output, [.. runs.Select(run => new ArchiveSelection(run))], null, Token);
        return output.ToArray();
    }

    public static async Task<ArchiveImportResult> ImportAsync(TestStorage storage, byte[] archive)
    {
        var (reader, error) = await OpenAsync(archive);
        Assert.Null(error);
        using (reader)
        {
            return await reader!.ImportAsync(storage.Imports, (name, bytes, token) => KeepAsync(storage, name, bytes, token), null, Token);
        }
    }

    public static Task<ArchiveOpening> OpenAsync(byte[] archive) => ArchiveReader.OpenAsync(new MemoryStream(archive), "runs.zip", Token);

    public static Dictionary<string, byte[]> Entries(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        return zip.Entries.ToDictionary(entry => entry.FullName, Read);
    }

    /// <summary>Writes an archive anew with some entries changed; the manifest's lengths and checksums are made to fit unless told otherwise.</summary>
    public static byte[] Change(byte[] archive, Action<OrderedDictionary<string, byte[]>> change, bool listAnew = true, Action<JsonObject>? manifest = null)
    {
        var entries = new OrderedDictionary<string, byte[]>();
        using (var zip = new ZipArchive(new MemoryStream(archive)))
        {
            foreach (var entry in zip.Entries)
            {
                entries.Add(entry.FullName, Read(entry));
            }
        }

        entries.Remove("manifest.json", out var old);
        change(entries);
        var root = JsonNode.Parse(old!)!.AsObject();
        if (listAnew)
        {
            root["entries"] = new JsonArray([.. entries.Select(entry => new JsonObject
            {
                ["name"] = entry.Key,
                ["length"] = entry.Value.LongLength,
                ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(entry.Value)),
            })]);
        }

        manifest?.Invoke(root);
        return Zip([.. entries.Select(e => (e.Key, e.Value)), ("manifest.json", Encoding.UTF8.GetBytes(root.ToJsonString()))]);
    }

    public static byte[] Zip(params (string Name, byte[] Bytes)[] entries)
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var stream = zip.CreateEntry(name).Open();
                stream.Write(bytes);
            }
        }

        return output.ToArray();
    }

    /// <summary>As the dashboard keeps an upload, without looking at pixels: the pictures here are texts.</summary>
    private static async Task<KeptImage> KeepAsync(TestStorage storage, string name, byte[] bytes, CancellationToken cancellationToken) =>
        new(await storage.Images.AddAsync(new NewImage(name, bytes, "image/jpeg", 640, 480, 1, [1]), cancellationToken), null);

    private static byte[] Read(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
