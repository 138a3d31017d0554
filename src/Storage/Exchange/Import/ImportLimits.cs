namespace LogitLens.Storage.Exchange.Import;

/// <summary>What an imported file may hold. Real pages have 33 columns, 593 positions and 5 tokens each in 2.3 MB.</summary>
public static class ImportLimits
{
    /// <summary>Bytes of one file.</summary>
    public const int FileBytes = 128 << 20;

    /// <summary>Columns of a page's table.</summary>
    public const int Columns = 512;

    /// <summary>Positions of a page's table.</summary>
    public const int Positions = 32_768;

    /// <summary>Tokens per column and position.</summary>
    public const int TopK = 100;

    /// <summary>Columns × positions × tokens.</summary>
    public const int Entries = 6_000_000;

    /// <summary>Distinct token texts of one file.</summary>
    public const int Texts = 300_000;

    /// <summary>UTF-16 units of one token's text or one label.</summary>
    public const int TextLength = 1_000;

    /// <summary>Bytes of the line that shows the prompt.</summary>
    public const int PromptBytes = 256 << 10;

    /// <summary>Bytes of the embedded picture.</summary>
    public const int PictureBytes = 64 << 20;
}
