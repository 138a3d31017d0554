using System.Text.Json;

namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>Where the demo pictures' objects were drawn: COCO annotations.</summary>
internal sealed record AnnotatedObject(string Name, double[] Polygon)
{
    /// <summary>Whether a point in the picture's pixels lies inside the outline (even-odd rule).</summary>
    internal bool Contains(double x, double y)
    {
        var inside = false;
        for (int i = 0, j = Polygon.Length - 2; i < Polygon.Length; j = i, i += 2)
        {
            var (x1, y1, x2, y2) = (Polygon[i], Polygon[i + 1], Polygon[j], Polygon[j + 1]);
            if ((y1 > y) != (y2 > y) && x < ((x2 - x1) * (y - y1) / (y2 - y1)) + x1)
            {
                inside = !inside;
            }
        }

        return inside;
    }
}

internal static class Annotations
{
    internal static IReadOnlyList<AnnotatedObject> Of(string picture)
    {
        var path = Path.Combine(DashboardProcess.RepositoryRoot, "src", "Dashboard", "Demo", "pictures", "annotations.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        var root = document.RootElement;
        var image = root.GetProperty("images").EnumerateArray().Single(item => item.GetProperty("file_name").GetString() == picture).GetProperty("id").GetInt32();
        var names = root.GetProperty("categories").EnumerateArray().ToDictionary(item => item.GetProperty("id").GetInt32(), item => item.GetProperty("name").GetString()!);
        return
        [
            .. root.GetProperty("annotations").EnumerateArray().Where(item => item.GetProperty("image_id").GetInt32() == image)
                .Select(item => new AnnotatedObject(
                    names[item.GetProperty("category_id").GetInt32()],
                    [.. item.GetProperty("segmentation")[0].EnumerateArray().Select(value => value.GetDouble())])),
        ];
    }
}
