using LogitLens.Storage.Catalogue.Entities;
using LogitLens.Storage.Gallery;
using LogitLens.Storage.Labels;
using LogitLens.Storage.Readings.Digests;
using LogitLens.Storage.Readings.Prefixes;
using LogitLens.Storage.Readings;
using LogitLens.Storage.States;
using LogitLens.Storage.Statistics.Rollups;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace LogitLens.Storage.Sqlite;

/// <summary>The tables. What each index serves is said beside it.</summary>
internal sealed class StorageContext(DbContextOptions<StorageContext> options) : DbContext(options)
{
    public DbSet<ImageEntity> Images => Set<ImageEntity>();

    public DbSet<ImageContentEntity> ImageContents => Set<ImageContentEntity>();

    public DbSet<ImageThumbnailEntity> ImageThumbnails => Set<ImageThumbnailEntity>();

    public DbSet<CheckpointEntity> Checkpoints => Set<CheckpointEntity>();

    public DbSet<CheckpointTokensEntity> CheckpointTokens => Set<CheckpointTokensEntity>();

    public DbSet<CheckpointHashEntity> CheckpointHashes => Set<CheckpointHashEntity>();

    public DbSet<RunEntity> Runs => Set<RunEntity>();

    public DbSet<AnalysisEntity> Analyses => Set<AnalysisEntity>();

    public DbSet<AnalysisLayoutEntity> AnalysisLayouts => Set<AnalysisLayoutEntity>();

    public DbSet<ReadingEntity> Readings => Set<ReadingEntity>();

    public DbSet<AnalysisSourceEntity> AnalysisSources => Set<AnalysisSourceEntity>();

    public DbSet<ImportJobEntity> ImportJobs => Set<ImportJobEntity>();

    public DbSet<ImportFileEntity> ImportFiles => Set<ImportFileEntity>();

    public DbSet<LayerSummaryEntity> LayerSummaries => Set<LayerSummaryEntity>();

    public DbSet<SummaryEntity> Summaries => Set<SummaryEntity>();

    public DbSet<PrefixEntity> Prefixes => Set<PrefixEntity>();

    public DbSet<PrefixReadingEntity> PrefixReadings => Set<PrefixReadingEntity>();

    public DbSet<PrefixSummaryEntity> PrefixSummaries => Set<PrefixSummaryEntity>();

    public DbSet<HiddenStateEntity> HiddenStates => Set<HiddenStateEntity>();

    public DbSet<PendingDigestEntity> PendingDigests => Set<PendingDigestEntity>();

    public DbSet<AnalysisAggregateEntity> AnalysisAggregates => Set<AnalysisAggregateEntity>();

    public DbSet<RunAggregateEntity> RunAggregates => Set<RunAggregateEntity>();

    public DbSet<RunTallyEntity> RunTallies => Set<RunTallyEntity>();

    public DbSet<UnsummedAnalysisEntity> UnsummedAnalyses => Set<UnsummedAnalysisEntity>();

    public DbSet<TagEntity> Tags => Set<TagEntity>();

    public DbSet<TagLinkEntity> TagLinks => Set<TagLinkEntity>();

    public DbSet<NoteEntity> Notes => Set<NoteEntity>();

    public DbSet<SavedViewEntity> SavedViews => Set<SavedViewEntity>();

    public static void Configure(DbContextOptionsBuilder builder, DatabaseFile file) => builder
        .UseSqlite(file.ConnectionString)
        .AddInterceptors(new ConnectionSettings())
        .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)

        // Every layer of every analysis is a command: news for whoever debugs, noise for everybody else.
        .ConfigureWarnings(warnings => warnings.Log((RelationalEventId.CommandExecuted, LogLevel.Debug)));

    /// <summary>Every packed row is saved with the checksum of its bytes, whoever writes it.</summary>
    public override Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        foreach (var entry in ChangeTracker.Entries<IChecksummed>().Where(e => e.State is EntityState.Added or EntityState.Modified))
        {
            entry.Entity.Checksum = ReadingChecksum.Of(entry.Entity.Packed);
        }

        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        configurationBuilder.Properties<Guid>().HaveConversion<GuidLetters>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ImageEntity>(image =>
        {
            image.ToTable("Images");
            image.HasIndex(i => i.Sha256).IsUnique();
            image.HasOne(i => i.Content).WithOne(c => c.Image).HasForeignKey<ImageContentEntity>(c => c.ImageId);
            image.HasOne(i => i.Thumbnail).WithOne(t => t.Image).HasForeignKey<ImageThumbnailEntity>(t => t.ImageId);
        });
        modelBuilder.Entity<ImageContentEntity>(content => content.ToTable("ImageContents").HasKey(c => c.ImageId));
        modelBuilder.Entity<ImageThumbnailEntity>(thumbnail => thumbnail.ToTable("ImageThumbnails").HasKey(t => t.ImageId));

        modelBuilder.Entity<CheckpointEntity>(checkpoint =>
        {
            checkpoint.ToTable("Checkpoints");
            checkpoint.HasIndex(c => c.Hash).IsUnique();
            checkpoint.HasOne(c => c.Tokens).WithOne(t => t.Checkpoint).HasForeignKey<CheckpointTokensEntity>(t => t.CheckpointId);
        });
        modelBuilder.Entity<CheckpointTokensEntity>(tokens => tokens.ToTable("CheckpointTokens").HasKey(t => t.CheckpointId));
        modelBuilder.Entity<CheckpointHashEntity>(hash => hash.ToTable("CheckpointHashes").HasKey(h => h.FingerprintSha256));

        modelBuilder.Entity<RunEntity>(run =>
        {
            run.ToTable("Runs");
            run.HasKey(r => r.Number);
            run.Property(r => r.Number).ValueGeneratedOnAdd();
            run.HasIndex(r => r.Id).IsUnique();

            // Runs of a checkpoint, oldest first: which one to claim from, and whether a checkpoint is still used.
            run.HasIndex(r => r.CheckpointId);
            run.HasOne(r => r.Checkpoint).WithMany(c => c.Runs).HasForeignKey(r => r.CheckpointId).OnDelete(DeleteBehavior.Restrict);
        });

        modelBuilder.Entity<AnalysisEntity>(analysis =>
        {
            analysis.ToTable("Analyses");

            // A run's page by ordinal; neighbours.
            analysis.HasIndex(a => new { a.RunNumber, a.Ordinal }).IsUnique();

            // A run's page in one state; its counts by state without touching the rows.
            analysis.HasIndex(a => new { a.RunNumber, a.State, a.Ordinal });

            // The queue: the next Queued row, oldest run first; how many there are; what was left Running.
            analysis.HasIndex(a => new { a.State, a.RunNumber, a.Ordinal });

            // An image's analyses, how many, and the newest that is Done.
            analysis.HasIndex(a => new { a.ImageId, a.State });

            analysis.HasOne(a => a.Run).WithMany(r => r.Analyses).HasForeignKey(a => a.RunNumber).OnDelete(DeleteBehavior.Cascade);
            analysis.HasOne(a => a.Image).WithMany(i => i.Analyses).HasForeignKey(a => a.ImageId).OnDelete(DeleteBehavior.Restrict);

            // Who shares a prefix. Two triggers of the migration Prefixes delete one with the last analysis that refers to it; a migration that makes this
            // table anew has to make them anew.
            analysis.HasIndex(a => a.PrefixId).HasFilter("\"PrefixId\" IS NOT NULL");
            analysis.HasOne(a => a.Prefix).WithMany(p => p.Analyses).HasForeignKey(a => a.PrefixId).OnDelete(DeleteBehavior.Restrict);
            analysis.HasOne(a => a.Layout).WithOne(l => l.Analysis).HasForeignKey<AnalysisLayoutEntity>(l => l.AnalysisId);
        });
        modelBuilder.Entity<AnalysisLayoutEntity>(layout => layout.ToTable("AnalysisLayouts").HasKey(l => l.AnalysisId));

        modelBuilder.Entity<AnalysisSourceEntity>(source =>
        {
            source.ToTable("AnalysisSources");
            source.HasKey(s => s.AnalysisId);

            // Whether a file is here already.
            source.HasIndex(s => new { s.Sha256, s.CheckpointKey }).IsUnique();
            source.HasOne(s => s.Analysis).WithOne().HasForeignKey<AnalysisSourceEntity>(s => s.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ImportJobEntity>(job =>
        {
            job.ToTable("ImportJobs");
            job.HasKey(j => j.Number);
            job.Property(j => j.Number).ValueGeneratedOnAdd();
            job.HasIndex(j => j.Id).IsUnique();
        });
        modelBuilder.Entity<ImportFileEntity>(file =>
        {
            file.ToTable("ImportFiles");
            file.HasKey(f => new { f.JobNumber, f.Ordinal });

            // What waits: a handful among all files ever imported.
            file.HasIndex(f => new { f.State, f.JobNumber, f.Ordinal });

            // For the foreign key: an analysis that goes leaves its file without a link.
            file.HasIndex(f => f.AnalysisId);
            file.HasOne(f => f.Job).WithMany(j => j.Files).HasForeignKey(f => f.JobNumber).OnDelete(DeleteBehavior.Cascade);
            file.HasOne(f => f.Analysis).WithMany().HasForeignKey(f => f.AnalysisId).OnDelete(DeleteBehavior.SetNull);
        });

        modelBuilder.Entity<ReadingEntity>(reading =>
        {
            // An ordinary table with a rowid: blobs of 10 to 100 KB lie in overflow pages in the order they were committed, and the key is a small index
            // beside them. WITHOUT ROWID would carry up to a quarter page of every blob inside the key's tree, for no query that is asked here.
            reading.ToTable("Readings");
            reading.HasKey(r => new { r.AnalysisId, r.Attempt, r.Segment, r.Layer });
            reading.HasOne(r => r.Analysis).WithMany(a => a.Readings).HasForeignKey(r => r.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<LayerSummaryEntity>(summary =>
        {
            summary.ToTable("LayerSummaries");
            summary.HasKey(s => new { s.AnalysisId, s.Attempt, s.Segment, s.Layer });
            summary.HasOne(s => s.Analysis).WithMany().HasForeignKey(s => s.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SummaryEntity>(summary =>
        {
            summary.ToTable("Summaries");
            summary.HasKey(s => new { s.AnalysisId, s.Segment });
            summary.HasOne(s => s.Analysis).WithMany().HasForeignKey(s => s.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<PrefixEntity>(prefix => prefix.ToTable("Prefixes"));
        modelBuilder.Entity<PrefixReadingEntity>(reading =>
        {
            // As Readings.
            reading.ToTable("PrefixReadings");
            reading.HasKey(r => new { r.PrefixId, r.Layer });
            reading.HasOne(r => r.Prefix).WithMany().HasForeignKey(r => r.PrefixId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<PrefixSummaryEntity>(summary =>
        {
            summary.ToTable("PrefixSummaries");
            summary.HasKey(s => s.PrefixId);
            summary.Property(s => s.PrefixId).ValueGeneratedNever();
            summary.HasOne(s => s.Prefix).WithOne().HasForeignKey<PrefixSummaryEntity>(s => s.PrefixId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<HiddenStateEntity>(state =>
        {
            // As Readings: megabytes in overflow pages, the key a small index beside them.
            state.ToTable("HiddenStates");
            state.HasKey(s => new { s.AnalysisId, s.Attempt, s.Segment, s.Layer });
            state.HasOne(s => s.Analysis).WithMany().HasForeignKey(s => s.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<PendingDigestEntity>(pending =>
        {
            pending.ToTable("PendingDigests");
            pending.HasKey(p => p.AnalysisId);
            pending.Property(p => p.AnalysisId).ValueGeneratedNever();
            pending.HasOne(p => p.Analysis).WithMany().HasForeignKey(p => p.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });

        modelBuilder.Entity<AnalysisAggregateEntity>(aggregate =>
        {
            aggregate.ToTable("AnalysisAggregates");
            aggregate.HasKey(a => a.AnalysisId);
            aggregate.Property(a => a.AnalysisId).ValueGeneratedNever();

            // Shares of filler, of all analyses, without touching their kilobytes.
            aggregate.HasIndex(a => new { a.Patches, a.FillerPatches });
            aggregate.HasOne(a => a.Analysis).WithOne().HasForeignKey<AnalysisAggregateEntity>(a => a.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RunAggregateEntity>(aggregate =>
        {
            aggregate.ToTable("RunAggregates");
            aggregate.HasKey(r => r.RunNumber);
            aggregate.Property(r => r.RunNumber).ValueGeneratedNever();
            aggregate.HasOne(r => r.Run).WithOne().HasForeignKey<RunAggregateEntity>(r => r.RunNumber).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<RunTallyEntity>(tally =>
        {
            tally.ToTable("RunTallies");
            tally.HasKey(r => new { r.RunNumber, r.Layer });
            tally.HasOne(r => r.Run).WithMany().HasForeignKey(r => r.RunNumber).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<UnsummedAnalysisEntity>(unsummed =>
        {
            unsummed.ToTable("UnsummedAnalyses");
            unsummed.HasKey(u => u.AnalysisId);
            unsummed.Property(u => u.AnalysisId).ValueGeneratedNever();

            // What a run's sums lack.
            unsummed.HasIndex(u => u.RunNumber);
            unsummed.HasOne(u => u.Analysis).WithOne().HasForeignKey<UnsummedAnalysisEntity>(u => u.AnalysisId).OnDelete(DeleteBehavior.Cascade);
        });

        modelBuilder.Entity<TagEntity>(tag =>
        {
            tag.ToTable("Tags");
            tag.HasIndex(t => t.NameKey).IsUnique();
        });
        modelBuilder.Entity<TagLinkEntity>(link =>
        {
            link.ToTable("TagLinks", table => table.HasCheckConstraint("CK_TagLinks_One", OneOfThree));

            // What bears a tag; and a thing bears a tag once (SQLite takes rows with a NULL for different).
            link.HasIndex(l => new { l.TagId, l.ImageId }).IsUnique();
            link.HasIndex(l => new { l.TagId, l.AnalysisId }).IsUnique();
            link.HasIndex(l => new { l.TagId, l.RunNumber }).IsUnique();

            // A thing's tags, and what goes with it.
            link.HasIndex(l => l.ImageId).HasFilter("\"ImageId\" IS NOT NULL");
            link.HasIndex(l => l.AnalysisId).HasFilter("\"AnalysisId\" IS NOT NULL");
            link.HasIndex(l => l.RunNumber).HasFilter("\"RunNumber\" IS NOT NULL");
            link.HasOne(l => l.Tag).WithMany(t => t.Links).HasForeignKey(l => l.TagId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne(l => l.Image).WithMany().HasForeignKey(l => l.ImageId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne(l => l.Analysis).WithMany().HasForeignKey(l => l.AnalysisId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne(l => l.Run).WithMany().HasForeignKey(l => l.RunNumber).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<NoteEntity>(note =>
        {
            note.ToTable("Notes", table => table.HasCheckConstraint("CK_Notes_One", OneOfThree));
            note.HasIndex(n => n.ImageId).IsUnique().HasFilter("\"ImageId\" IS NOT NULL");
            note.HasIndex(n => n.AnalysisId).IsUnique().HasFilter("\"AnalysisId\" IS NOT NULL");
            note.HasIndex(n => n.RunNumber).IsUnique().HasFilter("\"RunNumber\" IS NOT NULL");
            note.HasOne(n => n.Image).WithMany().HasForeignKey(n => n.ImageId).OnDelete(DeleteBehavior.Cascade);
            note.HasOne(n => n.Analysis).WithMany().HasForeignKey(n => n.AnalysisId).OnDelete(DeleteBehavior.Cascade);
            note.HasOne(n => n.Run).WithMany().HasForeignKey(n => n.RunNumber).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<SavedViewEntity>(view =>
        {
            view.ToTable("SavedViews");
            view.HasIndex(v => v.Owner);
        });

        // TokenOccurrences and TokenTotals are WITHOUT ROWID, which EF cannot say: the migration LabScale makes them, Tokens/TokenIndex alone uses them.
    }

    private const string OneOfThree = "(\"ImageId\" IS NOT NULL) + (\"AnalysisId\" IS NOT NULL) + (\"RunNumber\" IS NOT NULL) = 1";

    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(),
        milliseconds => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));

    /// <summary>As URLs write it.</summary>
    private sealed class GuidLetters() : ValueConverter<Guid, string>(guid => guid.ToString("N"), letters => Guid.ParseExact(letters, "N"));
}
