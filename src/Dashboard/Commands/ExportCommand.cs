using System.CommandLine;
using System.Globalization;
using LogitLens.Dashboard.Exports;
using LogitLens.Inference;
using LogitLens.Storage;
using LogitLens.Storage.Care;
using LogitLens.Storage.Catalogue;
using LogitLens.Storage.Exchange.Export;

namespace LogitLens.Dashboard.Commands;

/// <summary>Exports runs and analyses, beside a running dashboard too.</summary>
internal static class ExportCommand
{
    private static readonly Option<string[]> Runs = new("--run")
    {
        Description = "Runs, by id or name.", HelpName = "ID|NAME…", AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<long[]> Analyses = new("--analysis")
    {
        Description = "Analyses, by the number in their address.", HelpName = "ID…", AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<bool> All = new("--all") { Description = "Every run." };

    private static readonly Option<string> Format = new("--format")
    {
        Description = "What to write. Formats with a file per analysis come as a zip for several.",
        HelpName = "csv|parquet|json|png|svg|html|archive|safetensors",
        Required = true,
    };

    private static readonly Option<string> Out = new("--out") { Description = "The file, or a folder that is there: in it the file is named after what it holds. A file of that name is replaced.", HelpName = "PATH", Required = true };
    private static readonly Option<string> Data = CareOptions.Data();
    private static readonly Option<string> Table = new("--table") { Description = "csv, parquet: one row per layer, position and rank, or one per patch with its best layer.", HelpName = "readings|best" };
    private static readonly Option<bool> Raw = new("--raw") { Description = "csv: leave texts that a spreadsheet would run as formulas as they are." };
    private static readonly Option<string> By = new("--by") { Description = "How best layers are chosen.", HelpName = "p|entropy|margin" };
    private static readonly Option<string> Window = new("--window") { Description = "The layers they are chosen among, such as 1-32 or emb-12.", HelpName = "FROM-TO" };
    private static readonly Option<string> Map = new("--map") { Description = "png, svg: what the colours say.", HelpName = "best|confidence|entropy|token|filler" };
    private static readonly Option<string> Layer = new("--layer") { Description = "png, svg: at a layer, or at each patch's best.", HelpName = "best|emb|N" };
    private static readonly Option<string> Token = new("--token") { Description = "png, svg: the token of a token map.", HelpName = "ID" };
    private static readonly Option<string> Theme = new("--theme") { Description = "png, svg: the explorer's light or dark colours.", HelpName = "light|dark" };
    private static readonly Option<bool> Alone = new("--alone") { Description = "png, svg: the map without the picture." };
    private static readonly Option<string> Strength = new("--strength") { Description = "png, svg: how much of the picture the map covers.", HelpName = "0…1" };
    private static readonly Option<string> Size = new("--size") { Description = "png, svg: the picture's longer side in pixels.", HelpName = "64…8192" };
    private static readonly Option<string> Title = new("--title") { Description = "png, svg: another title.", HelpName = "TEXT" };
    private static readonly Option<bool> NoLegend = new("--no-legend") { Description = "png, svg: without legend." };
    private static readonly Option<bool> NoPicture = new("--no-picture") { Description = "json: without the image's file." };

    public static Command Create()
    {
        var command = new Command("export", "Exports runs and analyses, while the dashboard runs too.")
        {
            Runs, Analyses, All, Format, Out, Data, Table, Raw, By, Window, Map, Layer, Token, Theme, Alone, Strength, Size, Title, NoLegend, NoPicture,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.Call(Data).RunAsync(
        mustExist: true,
        alone: false,
        async (services, progress, token) =>
        {
            var error = parsed.InvocationConfiguration.Error;
            try
            {
                await services.GetRequiredService<Database>().PrepareAsync(token);
                var scope = await ScopeAsync(parsed, services.GetRequiredService<RunStore>(), token);
                var request = ExportOptionsReader.Read(scope, name => ValueOf(parsed, name), NameOf);
                var prepared = await ActivatorUtilities.CreateInstance<Exporter>(services).PrepareAsync(request, token);
                await WriteAsync(parsed, prepared, progress, token);
                return ExitCode.Success;
            }
            catch (Exception refused) when (refused is RefusedInputException or ExportRefusedException)
            {
                await error.WriteLineAsync(refused.Message);
                return ExitCode.BadOption;
            }
            catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
            {
                await error.WriteLineAsync($"{parsed.GetRequiredValue(Out)} cannot be written ({failed.Message.TrimEnd('.')}): free space or choose another with --out.");
                return ExitCode.Failure;
            }
        },
        cancellationToken);

    private static async Task<ExportScope> ScopeAsync(ParseResult parsed, RunStore store, CancellationToken cancellationToken)
    {
        const int PageSize = 200;
        var names = parsed.GetValue(Runs) ?? [];
        var all = new List<RunRow>();
        if (parsed.GetValue(All) || names.Length > 0)
        {
            for (var skip = 0; ; skip += PageSize)
            {
                var page = await store.ListAsync(skip, PageSize, cancellationToken);
                all.AddRange(page.Items);
                if (page.Items.Count < PageSize)
                {
                    break;
                }
            }
        }

        var runs = parsed.GetValue(All) ? all.Select(run => run.Id).Reverse() : names.Select(name => Find(all, name));
        return new ExportScope([.. runs.Distinct()], [.. (parsed.GetValue(Analyses) ?? []).Select(id => new AnalysisId(id))]);
    }

    private static RunId Find(List<RunRow> runs, string name)
    {
        if (Guid.TryParse(name, out var id))
        {
            return new RunId(id);
        }

        var found = runs.Where(run => run.Name == name).ToList();
        return found.Count switch
        {
            1 => found[0].Id,
            0 => throw new RefusedInputException($"--run names \"{name}\", which is no run: there are {(runs.Count == 0 ? "none" : string.Join(", ", runs.Take(5).Select(run => $"\"{run.Name}\"")))}{(runs.Count > 5 ? ", …" : "")}."),
            _ => throw new RefusedInputException($"--run names \"{name}\", and {found.Count} runs are called so: give one of the ids {string.Join(", ", found.Take(5).Select(run => run.Id))}."),
        };
    }

    private static string NameOf(string name) => name switch
    {
        "over" => "--alone",
        "legend" => "--no-legend",
        "picture" => "--no-picture",
        _ => $"--{name}",
    };

    private static string? ValueOf(ParseResult parsed, string name) => name switch
    {
        "format" => parsed.GetRequiredValue(Format),
        "table" => parsed.GetValue(Table),
        "raw" => parsed.GetValue(Raw) ? "true" : null,
        "by" => parsed.GetValue(By),
        "window" => parsed.GetValue(Window),
        "map" => parsed.GetValue(Map),
        "layer" => parsed.GetValue(Layer),
        "token" => parsed.GetValue(Token),
        "theme" => parsed.GetValue(Theme),
        "over" => parsed.GetValue(Alone) ? "false" : null,
        "strength" => parsed.GetValue(Strength),
        "size" => parsed.GetValue(Size),
        "title" => parsed.GetValue(Title),
        "legend" => parsed.GetValue(NoLegend) ? "false" : null,
        "picture" => parsed.GetValue(NoPicture) ? "false" : null,
        _ => null,
    };

    /// <summary>Whole or not at all: nobody finds half a file under the name.</summary>
    private static async Task WriteAsync(ParseResult parsed, PreparedExport prepared, IProgress<CareProgress> progress, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(parsed.GetRequiredValue(Out));
        if (Directory.Exists(path))
        {
            path = Path.Combine(path, prepared.FileName);
        }

        var fresh = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            long length;
            await using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
            {
                await Task.Run(
                    () => prepared.WriteAsync(
                        stream,
                        now => progress.Report(new CareProgress($"{now.Done} of {now.Total}", now.Total == 0 ? null : now.Done / (double)now.Total)),
                        cancellationToken),
                    cancellationToken);
                length = stream.Length;
            }

            File.Move(fresh, path, overwrite: true);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{path} ({length:N0} bytes) written."));
        }
        catch
        {
            File.Delete(fresh);
            throw;
        }
    }
}
