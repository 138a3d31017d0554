using System.Security.Cryptography;

namespace LogitLens.Storage.Care.Checks;

/// <summary>Pictures are known by the SHA-256 of their bytes: whether the bytes still give it.</summary>
internal static class ImageCheck
{
    private const string Stage = "checking images";

    public static void Run(CheckContext check)
    {
        var total = check.Number("SELECT COUNT(*) FROM Images");
        using var images = check.Query("""
            SELECT i.Sha256, i.Name, i.ByteLength, c.Bytes, t.ImageId IS NOT NULL
            FROM Images i LEFT JOIN ImageContents c ON c.ImageId = i.Id LEFT JOIN ImageThumbnails t ON t.ImageId = i.Id ORDER BY i.Id
            """);
        while (images.Read())
        {
            check.CancellationToken.ThrowIfCancellationRequested();
            check.Report(Stage, check.Images++, total);
            var (sha256, name) = (images.GetString(0), images.GetString(1));
            if (images.IsDBNull(3))
            {
                Add($"The image {name} has lost its file.");
                continue;
            }

            var bytes = images.GetFieldValue<byte[]>(3);
            if (bytes.LongLength != images.GetInt64(2) || Convert.ToHexStringLower(SHA256.HashData(bytes)) != sha256)
            {
                Add($"The bytes of the image {name} are no longer those with the SHA-256 {sha256}.");
            }
            else if (!images.GetBoolean(4))
            {
                Add($"The image {name} has lost its thumbnail.");
            }

            void Add(string sentence) => check.Add(new CheckFinding(CheckKind.Image, sentence, "Restore a backup, or delete the runs that use it and add the picture again."));
        }
    }
}
