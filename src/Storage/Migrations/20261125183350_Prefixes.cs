using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LogitLens.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Prefixes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Prefixes",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Positions = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Prefixes", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "PrefixReadings",
                columns: table => new
                {
                    PrefixId = table.Column<long>(type: "INTEGER", nullable: false),
                    Layer = table.Column<int>(type: "INTEGER", nullable: false),
                    Packed = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Checksum = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PrefixReadings", x => new { x.PrefixId, x.Layer });
                    table.ForeignKey(
                        name: "FK_PrefixReadings_Prefixes_PrefixId",
                        column: x => x.PrefixId,
                        principalTable: "Prefixes",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "PrefixSummaries",
                columns: table => new
                {
                    PrefixId = table.Column<long>(type: "INTEGER", nullable: false),
                    Packed = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Checksum = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PrefixSummaries", x => x.PrefixId);
                    table.ForeignKey(
                        name: "FK_PrefixSummaries_Prefixes_PrefixId",
                        column: x => x.PrefixId,
                        principalTable: "Prefixes",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            // By hand: EF's AddColumn and AddForeignKey would write the whole table of analyses anew, which SQLite needs for other defaults than null only.
            migrationBuilder.Sql("""
                ALTER TABLE "Analyses" ADD COLUMN "PrefixId" INTEGER NULL
                    CONSTRAINT "FK_Analyses_Prefixes_PrefixId" REFERENCES "Prefixes" ("Id") ON DELETE RESTRICT;
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Analyses_PrefixId",
                table: "Analyses",
                column: "PrefixId",
                filter: "\"PrefixId\" IS NOT NULL");

            // A prefix goes with the last analysis that refers to it, whoever takes that away: a store, or a cascade from its run.
            // A migration that makes the table of analyses anew loses these and has to make them again (PrefixUpgradeTests).
            migrationBuilder.Sql("""
                CREATE TRIGGER "TR_Analyses_PrefixLeft" AFTER UPDATE OF "PrefixId" ON "Analyses" WHEN OLD."PrefixId" IS NOT NULL
                BEGIN
                    DELETE FROM "Prefixes" WHERE "Id" = OLD."PrefixId" AND NOT EXISTS (SELECT 1 FROM "Analyses" WHERE "PrefixId" = OLD."PrefixId");
                END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "TR_Analyses_PrefixDeleted" AFTER DELETE ON "Analyses" WHEN OLD."PrefixId" IS NOT NULL
                BEGIN
                    DELETE FROM "Prefixes" WHERE "Id" = OLD."PrefixId" AND NOT EXISTS (SELECT 1 FROM "Analyses" WHERE "PrefixId" = OLD."PrefixId");
                END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER \"TR_Analyses_PrefixLeft\"; DROP TRIGGER \"TR_Analyses_PrefixDeleted\";");

            migrationBuilder.DropForeignKey(
                name: "FK_Analyses_Prefixes_PrefixId",
                table: "Analyses");

            migrationBuilder.DropTable(
                name: "PrefixReadings");

            migrationBuilder.DropTable(
                name: "PrefixSummaries");

            migrationBuilder.DropTable(
                name: "Prefixes");

            migrationBuilder.DropIndex(
                name: "IX_Analyses_PrefixId",
                table: "Analyses");

            migrationBuilder.DropColumn(
                name: "PrefixId",
                table: "Analyses");
        }
    }
}
