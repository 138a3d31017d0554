using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LogitLens.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Gallery : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Notes",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ImageId = table.Column<long>(type: "INTEGER", nullable: true),
                    AnalysisId = table.Column<long>(type: "INTEGER", nullable: true),
                    RunNumber = table.Column<long>(type: "INTEGER", nullable: true),
                    Text = table.Column<string>(type: "TEXT", nullable: false),
                    ChangedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ChangedBy = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Notes", x => x.Id);
                    table.CheckConstraint("CK_Notes_One", "(\"ImageId\" IS NOT NULL) + (\"AnalysisId\" IS NOT NULL) + (\"RunNumber\" IS NOT NULL) = 1");
                    table.ForeignKey(
                        name: "FK_Notes_Analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "Analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Notes_Images_ImageId",
                        column: x => x.ImageId,
                        principalTable: "Images",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_Notes_Runs_RunNumber",
                        column: x => x.RunNumber,
                        principalTable: "Runs",
                        principalColumn: "Number",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "SavedViews",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Query = table.Column<string>(type: "TEXT", nullable: false),
                    Owner = table.Column<string>(type: "TEXT", nullable: false),
                    OwnerName = table.Column<string>(type: "TEXT", nullable: true),
                    IsShared = table.Column<bool>(type: "INTEGER", nullable: false),
                    ChangedAt = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SavedViews", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Tags",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    NameKey = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Tags", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "TagLinks",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    TagId = table.Column<long>(type: "INTEGER", nullable: false),
                    ImageId = table.Column<long>(type: "INTEGER", nullable: true),
                    AnalysisId = table.Column<long>(type: "INTEGER", nullable: true),
                    RunNumber = table.Column<long>(type: "INTEGER", nullable: true),
                    AddedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    AddedBy = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_TagLinks", x => x.Id);
                    table.CheckConstraint("CK_TagLinks_One", "(\"ImageId\" IS NOT NULL) + (\"AnalysisId\" IS NOT NULL) + (\"RunNumber\" IS NOT NULL) = 1");
                    table.ForeignKey(
                        name: "FK_TagLinks_Analyses_AnalysisId",
                        column: x => x.AnalysisId,
                        principalTable: "Analyses",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_TagLinks_Images_ImageId",
                        column: x => x.ImageId,
                        principalTable: "Images",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_TagLinks_Runs_RunNumber",
                        column: x => x.RunNumber,
                        principalTable: "Runs",
                        principalColumn: "Number",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_TagLinks_Tags_TagId",
                        column: x => x.TagId,
                        principalTable: "Tags",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_AnalysisAggregates_Patches_FillerPatches",
                table: "AnalysisAggregates",
                columns: new[] { "Patches", "FillerPatches" });

            migrationBuilder.CreateIndex(
                name: "IX_Notes_AnalysisId",
                table: "Notes",
                column: "AnalysisId",
                unique: true,
                filter: "\"AnalysisId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Notes_ImageId",
                table: "Notes",
                column: "ImageId",
                unique: true,
                filter: "\"ImageId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Notes_RunNumber",
                table: "Notes",
                column: "RunNumber",
                unique: true,
                filter: "\"RunNumber\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_SavedViews_Owner",
                table: "SavedViews",
                column: "Owner");

            migrationBuilder.CreateIndex(
                name: "IX_TagLinks_AnalysisId",
                table: "TagLinks",
                column: "AnalysisId",
                filter: "\"AnalysisId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_TagLinks_ImageId",
                table: "TagLinks",
                column: "ImageId",
                filter: "\"ImageId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_TagLinks_RunNumber",
                table: "TagLinks",
                column: "RunNumber",
                filter: "\"RunNumber\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_TagLinks_TagId_AnalysisId",
                table: "TagLinks",
                columns: new[] { "TagId", "AnalysisId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TagLinks_TagId_ImageId",
                table: "TagLinks",
                columns: new[] { "TagId", "ImageId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_TagLinks_TagId_RunNumber",
                table: "TagLinks",
                columns: new[] { "TagId", "RunNumber" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Tags_NameKey",
                table: "Tags",
                column: "NameKey",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Notes");

            migrationBuilder.DropTable(
                name: "SavedViews");

            migrationBuilder.DropTable(
                name: "TagLinks");

            migrationBuilder.DropTable(
                name: "Tags");

            migrationBuilder.DropIndex(
                name: "IX_AnalysisAggregates_Patches_FillerPatches",
                table: "AnalysisAggregates");
        }
    }
}
