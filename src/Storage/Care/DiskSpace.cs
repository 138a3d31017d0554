using System.Globalization;

namespace LogitLens.Storage.Care;

/// <summary>Room on a disk, asked before much is written.</summary>
public static class DiskSpace
{
    /// <summary>Left free beyond what an operation needs: a disk filled to the last byte stops everything else.</summary>
    internal const long Margin = 1 << 20;

    /// <summary>Bytes this user may still write on the disk of a folder (the nearest one that exists); null if the system does not say.</summary>
    public static long? Free(string folder)
    {
        for (var known = System.IO.Path.GetFullPath(folder); known is not null; known = System.IO.Path.GetDirectoryName(known))
        {
            if (!Directory.Exists(known))
            {
                continue;
            }

            try
            {
                return new DriveInfo(known).AvailableFreeSpace;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Refuses what certainly does not fit; what only just fits may still fail, and then says so itself.</summary>
    /// <param name="what">Begins the sentence: <c>The backup was not begun</c>.</param>
    /// <exception cref="StorageException">There is too little room.</exception>
    internal static void Require(string folder, long bytes, string what, string remedy)
    {
        if (Free(folder) is { } free && free - Margin < bytes)
        {
            throw new StorageException($"{what}: it needs {Size(bytes)} in {folder}, and {Size(free)} are free there; {remedy}.");
        }
    }

    /// <summary>As <c>12.3 MiB</c>.</summary>
    internal static string Size(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1073741824.0:0.00} GiB");
}
