using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LogitLens.Storage.Migrations
{
    /// <inheritdoc />
    public partial class LabScale : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "Deleting",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<double>(
                name: "IndexThreshold",
                table: "Runs",
                type: "REAL",
                nullable: false,
                defaultValue: 0.1);

            migrationBuilder.CreateTable(
                name: "LayerSummaries",
                columns: table => new
                {
                    AnalysisId = table.Column<long>(type: "INTEGER", nullable: false),
                    Attempt = table.Column<int>(type: "INTEGER", nullable: false),
                    Segment = table.Column<byte>(type: "INTEGER", nullable: false),
                    Layer = table.Column<int>(type: "INTEGER", nullable: false),
                    Packed = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LayerSummaries", x => new { x.AnalysisId, x.Attempt, x.Segment, x.Layer });
                    table.ForeignKey(
                        name: "FK_LayerSummaries_Analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "Analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "PendingDigests",
                columns: table => new
                {
                    AnalysisId = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PendingDigests", x => x.AnalysisId);
                    table.ForeignKey(
                        name: "FK_PendingDigests_Analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "Analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "Summaries",
                columns: table => new
                {
                    AnalysisId = table.Column<long>(type: "INTEGER", nullable: false),
                    Segment = table.Column<byte>(type: "INTEGER", nullable: false),
                    Packed = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Summaries", x => new { x.AnalysisId, x.Segment });
                    table.ForeignKey(
                        name: "FK_Summaries_Analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "Analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            // EF cannot say WITHOUT ROWID: rows as small as these lie in the key's own tree. Only Tokens/TokenIndex uses these two.
            migrationBuilder.Sql("""
                CREATE TABLE "TokenOccurrences" (
                    "RunNumber" INTEGER NOT NULL CONSTRAINT "FK_TokenOccurrences_Runs" REFERENCES "Runs" ("Number") ON DELETE CASCADE,
                    "TokenId" INTEGER NOT NULL,
                    "AnalysisId" INTEGER NOT NULL,
                    "Best" INTEGER NOT NULL,
                    "Layers" BLOB NOT NULL,
                    CONSTRAINT "PK_TokenOccurrences" PRIMARY KEY ("RunNumber", "TokenId", "AnalysisId")
                ) WITHOUT ROWID;
                """);
            migrationBuilder.Sql("""
                CREATE TABLE "TokenTotals" (
                    "RunNumber" INTEGER NOT NULL CONSTRAINT "FK_TokenTotals_Runs" REFERENCES "Runs" ("Number") ON DELETE CASCADE,
                    "TokenId" INTEGER NOT NULL,
                    "Analyses" INTEGER NOT NULL,
                    "PatchAnalyses" INTEGER NOT NULL,
                    "PatchPositions" INTEGER NOT NULL,
                    "PatchBest" INTEGER NOT NULL,
                    "TextAnalyses" INTEGER NOT NULL,
                    "TextPositions" INTEGER NOT NULL,
                    "TextBest" INTEGER NOT NULL,
                    "Layers" BLOB NOT NULL,
                    CONSTRAINT "PK_TokenTotals" PRIMARY KEY ("RunNumber", "TokenId")
                ) WITHOUT ROWID;
                """);

            // What is Done (2) is brought into today's form one by one afterwards, by DigestBacklog; what was Running (1) starts anew anyway.
            migrationBuilder.Sql("INSERT INTO \"PendingDigests\" (\"AnalysisId\") SELECT \"Id\" FROM \"Analyses\" WHERE \"State\" = 2;");
            migrationBuilder.Sql("DELETE FROM \"Readings\" WHERE \"AnalysisId\" IN (SELECT \"Id\" FROM \"Analyses\" WHERE \"State\" = 1);");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "LayerSummaries");

            migrationBuilder.DropTable(
                name: "PendingDigests");

            migrationBuilder.DropTable(
                name: "Summaries");

            migrationBuilder.DropColumn(
                name: "Deleting",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "IndexThreshold",
                table: "Runs");
        }
    }
}
