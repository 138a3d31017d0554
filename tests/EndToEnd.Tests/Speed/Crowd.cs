using System.Globalization;
using LogitLens.EndToEnd.Tests.Running;

namespace LogitLens.EndToEnd.Tests.Speed;

/// <summary>Measures what many people who point at pictures at once cost the server.</summary>
internal static class Crowd
{
    private const int People = 50;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(20);

    // Ten moves a second over the picture, as a hand that looks around; where the pointer went and what the inspector said is noted.
    private const string Wander = """
        () => {
          const grid = document.querySelector("canvas[aria-roledescription='picture with patches']");
          const inspector = document.querySelector("[role='region'][aria-label='Inspector'], section[aria-label='Inspector']");
          window.crowd = { moves: 0, said: new Set() };
          crowd.timer = setInterval(() => {
            const box = grid.getBoundingClientRect();
            const step = crowd.moves++;
            const at = { clientX: box.x + box.width * (0.3 + 0.4 * (step % 17) / 17), clientY: box.y + box.height * (0.2 + 0.6 * (step % 23) / 23), bubbles: true, pointerType: 'mouse', isPrimary: true };
            grid.dispatchEvent(new PointerEvent('pointermove', at));
            requestAnimationFrame(() => crowd.said.add(inspector.innerText));
          }, 100);
        }
        """;

    /// <summary>Opens the analyses on a page for each person, lets them rest, then point, and says what the server did meanwhile.</summary>
    /// <param name="dashboard">The server.</param>
    /// <param name="analyses">What they look at, one after another.</param>
    internal static async Task<string> MeasureAsync(DashboardProcess dashboard, IReadOnlyList<long> analyses)
    {
        await using var browser = await Browser.StartAsync();
        var people = new List<WatchedPage>();
        for (var person = 0; person < People; person++)
        {
            people.Add((await ExplorerPage.OpenAsync(browser, dashboard.Address, analyses[person % analyses.Count])).Watched);
        }

        await Task.Delay(TimeSpan.FromSeconds(5));
        var resting = await SpentAsync(dashboard, people);
        foreach (var person in people)
        {
            await person.Page.EvaluateAsync(Wander);
        }

        var pointing = await SpentAsync(dashboard, people);
        var moves = 0;
        var said = int.MaxValue;
        foreach (var person in people)
        {
            await person.Page.EvaluateAsync("() => clearInterval(crowd.timer)");
            moves += await person.Page.EvaluateAsync<int>("() => crowd.moves");
            said = Math.Min(said, await person.Page.EvaluateAsync<int>("() => crowd.said.size"));
            person.AssertQuiet();
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{People} people with an explorer open: in {Span.TotalSeconds:0} s the server computes {resting.Processor.TotalMilliseconds:0} ms while they rest and {pointing.Processor.TotalMilliseconds:0} ms while they point; {pointing.Frames} WebSocket frames sent, {moves:N0} moves, at least {said} readings shown to each.");
    }

    private static async Task<(TimeSpan Processor, int Frames)> SpentAsync(DashboardProcess dashboard, List<WatchedPage> people)
    {
        var (processor, frames) = (dashboard.ProcessorTime, people.Sum(person => person.FramesSent));
        await Task.Delay(Span);
        return (dashboard.ProcessorTime - processor, people.Sum(person => person.FramesSent) - frames);
    }
}
