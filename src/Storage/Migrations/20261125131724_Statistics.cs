using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LogitLens.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Statistics : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "AnalysisAggregates",
                columns: table => new
                {
                    AnalysisId = table.Column<long>(type: "INTEGER", nullable: false),
                    Patches = table.Column<int>(type: "INTEGER", nullable: false),
                    FillerPatches = table.Column<int>(type: "INTEGER", nullable: false),
                    Packed = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AnalysisAggregates", x => x.AnalysisId);
                    table.ForeignKey(
                        name: "FK_AnalysisAggregates_Analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "Analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "RunAggregates",
                columns: table => new
                {
                    RunNumber = table.Column<long>(type: "INTEGER", nullable: false),
                    Analyses = table.Column<int>(type: "INTEGER", nullable: false),
                    Packed = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RunAggregates", x => x.RunNumber);
                    table.ForeignKey(
                        name: "FK_RunAggregates_Runs_RunNumber",
                        column: x => x.RunNumber,
                        principalTable: "Runs",
                        principalColumn: "Number",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "RunTallies",
                columns: table => new
                {
                    RunNumber = table.Column<long>(type: "INTEGER", nullable: false),
                    Layer = table.Column<int>(type: "INTEGER", nullable: false),
                    Packed = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RunTallies", x => new { x.RunNumber, x.Layer });
                    table.ForeignKey(
                        name: "FK_RunTallies_Runs_RunNumber",
                        column: x => x.RunNumber,
                        principalTable: "Runs",
                        principalColumn: "Number",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "UnsummedAnalyses",
                columns: table => new
                {
                    AnalysisId = table.Column<long>(type: "INTEGER", nullable: false),
                    RunNumber = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UnsummedAnalyses", x => x.AnalysisId);
                    table.ForeignKey(
                        name: "FK_UnsummedAnalyses_Analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "Analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_UnsummedAnalyses_RunNumber",
                table: "UnsummedAnalyses",
                column: "RunNumber");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AnalysisAggregates");

            migrationBuilder.DropTable(
                name: "RunAggregates");

            migrationBuilder.DropTable(
                name: "RunTallies");

            migrationBuilder.DropTable(
                name: "UnsummedAnalyses");
        }
    }
}
