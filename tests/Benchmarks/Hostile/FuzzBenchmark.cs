using System.Diagnostics;
using System.Globalization;
using LogitLens.Inference.Tests.Hostile;

namespace LogitLens.Benchmarks.Hostile;

/// <summary>The hostile files of the test suite, with other seeds, for as long as one likes.</summary>
internal static class FuzzBenchmark
{
    private const int RoundsPerSeed = 500;

    /// <summary>Damages so many files, by turns of each kind, and prints what became of them.</summary>
    /// <returns>0; a file that crashes the readers ends the program with its name, seed and round.</returns>
    public static int Run(int files, int firstSeed)
    {
        using var run = new HostileRun();
        var watch = Stopwatch.StartNew();
        var sums = HostileRun.Files.ToDictionary(file => file.Name, _ => (Files: 0, Refused: 0, Most: 0.0));
        var (done, seed) = (0, firstSeed);
        while (done < files)
        {
            foreach (var file in HostileRun.Files)
            {
                var rounds = Math.Min(RoundsPerSeed, files - done);
                if (rounds <= 0)
                {
                    break;
                }

                var (refused, most) = run.Damage(file, seed++, rounds, CancellationToken.None);
                var sum = sums[file.Name];
                sums[file.Name] = (sum.Files + rounds, sum.Refused + refused, Math.Max(sum.Most, most));
                done += rounds;
            }
        }

        Console.WriteLine("| file | damaged | refused | bytes allocated per byte of the folder, most |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var (name, sum) in sums)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| `{name}` | {sum.Files} | {sum.Refused} | {sum.Most:0} |"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{done} files in {watch.Elapsed.TotalSeconds:0} s, seeds {firstSeed} to {seed - 1}; no crash."));
        return 0;
    }
}
