using LogitLens.Dashboard.Analysis;
using LogitLens.Inference.Imaging;
using LogitLens.Storage;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Gallery;

namespace LogitLens.Dashboard.Api;

/// <summary>Pictures, known by the SHA-256 of their bytes and therefore never changing.</summary>
internal static class ImageEndpoints
{
    private const int MaxTake = 500;

    public static void MapImages(this IEndpointRouteBuilder api)
    {
        api.MapGet("/images", ListAsync)
            .WithTags("Images")
            .WithName("ListImages")
            .WithSummary("Images, filtered by themselves and by what is read in their analyses, sorted")
            .WithDescription("An image is listed if one of its analyses meets every condition. order is newest, oldest, name, mostFiller, leastFiller, or (with text or token) probability; take is 1 to 500.")
            .Produces<ApiPage<ApiGalleryImage>>()
            .ProducesProblem(StatusCodes.Status400BadRequest);
        var images = api.MapGroup("/images/{sha256:length(64)}").WithTags("Images");
        images.MapGet("/content", (string sha256, HttpContext context, ImageStore store, CancellationToken token) =>
                SendAsync(context, $"content-{sha256}", () => store.ReadAsync(sha256, token)))
            .WithName("GetImage")
            .WithSummary("The file as it was uploaded")
            .Produces(StatusCodes.Status200OK, contentType: "image/png", additionalContentTypes: ["image/jpeg", "image/webp", "image/gif", "image/bmp"])
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapGet("/thumbnail", GetThumbnailAsync)
            .WithName("GetThumbnail")
            .WithSummary("A WebP of at most 320 pixels")
            .WithDescription("orientation: stored (the default) or exif.")
            .Produces(StatusCodes.Status200OK, contentType: "image/webp")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        images.MapGet("/picture", GetPictureAsync)
            .WithName("GetPicture")
            .WithSummary("The pixels in one orientation, in a form that no browser turns, blends or moves")
            .WithDescription("orientation: stored (the default) or exif.")
            .Produces(StatusCodes.Status200OK, contentType: "image/png", additionalContentTypes: ["image/jpeg", "image/webp", "image/gif", "image/bmp"])
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(
        [AsParameters] FilterRequest request, HttpContext context, GalleryStore store, CancellationToken cancellationToken, string order = "newest", int skip = 0, int take = 100)
    {
        var (filter, notAnalysed, refusal) = request.ReadFilter();
        var wanted = GalleryOrder.Newest;
        refusal ??= !ApiWords.TryRead(order, out wanted) ? ApiWords.Refusal<GalleryOrder>("order", order)
            : skip < 0 ? $"skip is {skip}: give 0 or more."
            : take is < 1 or > MaxTake ? $"take is {take}: give 1 to {MaxTake}."
            : null;
        if (refusal is not null)
        {
            return ApiResults.BadRequest(refusal);
        }

        var page = await store.ListAsync(new GalleryQuery(filter, wanted, notAnalysed), skip, take, cancellationToken);
        ApiResults.MayChange(context);
        return page.Refusal is { } tooMany
            ? ApiResults.BadRequest(tooMany)
            : TypedResults.Ok(new ApiPage<ApiGalleryImage>([.. page.Items.Select(ApiGalleryImage.From)], page.Total, skip));
    }

    private static Task<IResult> GetThumbnailAsync(string sha256, HttpContext context, ImageStore store, CancellationToken cancellationToken, string orientation = "stored")
    {
        if (ReadOrientation(orientation) is not { } known)
        {
            return Task.FromResult(UnknownOrientation());
        }

        return known == PictureOrientation.AsStored
            ? SendAsync(context, $"thumbnail-{sha256}", () => store.ReadThumbnailAsync(sha256, cancellationToken))
            : SendAsync(context, $"thumbnail-{orientation}-{sha256}", async () =>
                await store.ReadAsync(sha256, cancellationToken) is { } file
                && await Task.Run(() => BrowserPicture.TurnedThumbnail(file.Bytes), cancellationToken) is { } turned
                    ? new StoredFile(turned, "image/webp", file.Name)
                    : await store.ReadThumbnailAsync(sha256, cancellationToken));
    }

    private static PictureOrientation? ReadOrientation(string orientation) => orientation switch
    {
        "stored" => PictureOrientation.AsStored,
        "exif" => PictureOrientation.Exif,
        _ => null,
    };

    private static IResult UnknownOrientation() => ApiResults.BadRequest("The orientation asked for is unknown: give stored or exif.");

    private static Task<IResult> GetPictureAsync(string sha256, HttpContext context, ImageStore store, CancellationToken cancellationToken, string orientation = "stored")
    {
        if (ReadOrientation(orientation) is not { } known)
        {
            return Task.FromResult(UnknownOrientation());
        }

        return SendAsync(context, $"picture-{orientation}-{sha256}", async () =>
        {
            if (await store.ReadAsync(sha256, cancellationToken) is not { } file)
            {
                return null;
            }

            var (bytes, mediaType) = await Task.Run(() => BrowserPicture.From(file.Bytes, known), cancellationToken);
            return new StoredFile(bytes, mediaType, file.Name);
        });
    }

    private static async Task<IResult> SendAsync(HttpContext context, string tag, Func<Task<StoredFile?>> read)
    {
        if (ApiResults.IsKnown(context, tag))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (await read() is { } file)
        {
            return TypedResults.Bytes(file.Bytes, file.MediaType);
        }

        context.Response.Headers.ETag = default;
        ApiResults.MayChange(context);
        return ApiResults.NotFound("There is no picture of that SHA-256: it may have been deleted with its last run.");
    }
}
