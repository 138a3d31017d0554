using System.Globalization;
using System.Text;

namespace LogitLens.Dashboard.Hosting;

/// <summary>Holds a data folder for this process: two services on one database would each put the other's running work back into the queue.</summary>
/// <remarks>The lock is the operating system's, on an open file: it goes with the process, however that ends. The file itself stays.</remarks>
internal sealed class DataFolderLock : IDisposable
{
    private const string FileName = "logitlens.lock";

    // EAGAIN on Linux and macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION on Windows.
    private static readonly int[] HeldElsewhere = [11, 35, unchecked((int)0x80070020), unchecked((int)0x80070021)];

    private FileStream? _file;

    /// <summary>Creates the folder if need be and locks it.</summary>
    /// <exception cref="StartFailureException">It cannot be written, or another process holds it.</exception>
    public void Take(string folder, string howToChooseAnother)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            try
            {
                file.SetLength(0);
                file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
                file.Flush();
            }
            catch
            {
                file.Dispose();
                throw;
            }

            _file = file;
        }
        catch (IOException exception) when (HeldElsewhere.Contains(exception.HResult))
        {
            throw new StartFailureException($"Another LogitLens uses the data folder {folder}: stop it, or {howToChooseAnother}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new StartFailureException(
                $"The data folder {folder} cannot be written ({exception.Message.TrimEnd('.')}): make it writable for this user, or {howToChooseAnother}.", exception);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
