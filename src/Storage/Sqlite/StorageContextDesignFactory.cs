using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace LogitLens.Storage.Sqlite;

/// <summary>Lets <c>dotnet ef migrations add</c> see the model; it opens no file.</summary>
internal sealed class StorageContextDesignFactory : IDesignTimeDbContextFactory<StorageContext>
{
    public StorageContext CreateDbContext(string[] args)
    {
        var builder = new DbContextOptionsBuilder<StorageContext>();
        StorageContext.Configure(builder, new DatabaseFile(Path.Combine(Path.GetTempPath(), "logitlens-design.db")));
        return new StorageContext(builder.Options);
    }
}
