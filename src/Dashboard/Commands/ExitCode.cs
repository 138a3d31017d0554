namespace LogitLens.Dashboard.Commands;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>Something asked for could not be done.</summary>
    public const int Failure = 1;

    /// <summary>An option that cannot be used; nothing was begun.</summary>
    public const int BadOption = 2;

    /// <summary>Stopped by Ctrl+C, as shells count it.</summary>
    public const int Interrupted = 130;
}
