using LogitLens.Dashboard.Care;
using LogitLens.Dashboard.Hosting;
using LogitLens.Dashboard.Security;
using LogitLens.Storage.Care;
using Microsoft.Extensions.Options;

namespace LogitLens.Dashboard.Api;

/// <summary>The data as a whole: sizes, backups, checks.</summary>
internal static class DataEndpoints
{
    public static void MapData(this IEndpointRouteBuilder api)
    {
        var data = api.MapGroup("/data").WithTags("Data");
        data.MapGet("/", GetAsync).WithName("GetData").WithSummary("What takes the room, which backups there are, how the last pieces of care ended").Produces<ApiData>();
        var changing = data.MapGroup("").AddEndpointFilter<SameOriginFilter>();
        MapStart(changing, "/backup", CareKind.Backup, "BackUp", "Begins a backup into the backup folder");
        MapStart(changing, "/check", CareKind.Check, "Check", "Begins a check of everything");
        MapStart(changing, "/compact", CareKind.Compact, "Compact", "Begins giving the room of deleted data back to the disk; analyses wait meanwhile");
        MapStart(changing, "/let-go", CareKind.LetGo, "LetGo", "Lets go of the readings that are due by their runs' retention");
        changing.MapPost("/stop", Stop).WithName("StopCare").WithSummary("Stops what is being done for the data").Produces(StatusCodes.Status204NoContent);
    }

    private static void MapStart(IEndpointRouteBuilder data, string path, CareKind kind, string name, string summary) => data
        .MapPost(path, (DataCare care) => care.TryStart(kind)
            ? TypedResults.Accepted("/api/data", ApiJob.From(care.Current))
            : ApiResults.Conflict("Something else is being done for the data: wait for it (/api/data says how far it is), or stop it with /api/data/stop."))
        .WithName(name)
        .WithSummary(summary)
        .WithDescription("The answer comes at once; GET /api/data says how far it is and how it ended.")
        .Produces<ApiJob>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<IResult> GetAsync(
        HttpContext context, DataCare care, DataSizeStore sizes, IOptions<LogitLensOptions> options, CancellationToken cancellationToken)
    {
        ApiResults.MayChange(context);
        var now = await sizes.ReadAsync(cancellationToken);
        return TypedResults.Ok(new ApiData(
            new ApiSizes(now.File, now.Log, now.Unused, now.FreeOnDisk, [.. now.Parts.Select(part => new ApiPart(part.Kind, part.Bytes, part.Count))]),
            options.Value.BackupFolder,
            options.Value.Backup.Schedule,
            care.NextBackup,
            [.. BackupFolder.List(options.Value.BackupFolder).Select(backup => new ApiBackup(Path.GetFileName(backup.Path), backup.TakenAt, backup.Bytes))],
            ApiJob.From(care.Current),
            ApiOutcome.From(care.Last(CareKind.Backup)),
            ApiOutcome.From(care.Last(CareKind.Check)),
            ApiOutcome.From(care.Last(CareKind.Compact))));
    }

    private static Microsoft.AspNetCore.Http.HttpResults.NoContent Stop(DataCare care)
    {
        care.Cancel();
        return TypedResults.NoContent();
    }

    /// <param name="BackupSchedule">In words; null if none are taken by themselves.</param>
    private sealed record ApiData(
        ApiSizes Sizes, string BackupFolder, string? BackupSchedule, DateTimeOffset? NextBackup, IReadOnlyList<ApiBackup> Backups, ApiJob? Job, ApiOutcome? LastBackup, ApiOutcome? LastCheck,
        ApiOutcome? LastCompaction);

    /// <param name="FileBytes">Of the database file; <paramref name="UnusedBytes"/> of them are left by what was deleted.</param>
    private sealed record ApiSizes(long FileBytes, long LogBytes, long UnusedBytes, long? FreeOnDiskBytes, IReadOnlyList<ApiPart> Parts);

    private sealed record ApiPart(DataKind Kind, long Bytes, long? Count);

    private sealed record ApiBackup(string Name, DateTimeOffset TakenAt, long Bytes);
}
