using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace LogitLens.Storage.Migrations
{
    /// <inheritdoc />
    public partial class Care : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Checksum",
                table: "Summaries",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Retention",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "RetentionDays",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Checksum",
                table: "Readings",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Checksum",
                table: "AnalysisLayouts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RestGoneAt",
                table: "Analyses",
                type: "INTEGER",
                nullable: true);

            // Database knows the function on the connection that migrates. Readings of an earlier form get theirs when DigestBacklog brings them over.
            migrationBuilder.Sql("UPDATE \"AnalysisLayouts\" SET \"Checksum\" = logitlens_checksum(\"Packed\");");
            migrationBuilder.Sql("UPDATE \"Summaries\" SET \"Checksum\" = logitlens_checksum(\"Packed\");");
            migrationBuilder.Sql("UPDATE \"Readings\" SET \"Checksum\" = logitlens_checksum(\"Packed\") WHERE \"AnalysisId\" NOT IN (SELECT \"AnalysisId\" FROM \"PendingDigests\");");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Checksum",
                table: "Summaries");

            migrationBuilder.DropColumn(
                name: "Retention",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "RetentionDays",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Checksum",
                table: "Readings");

            migrationBuilder.DropColumn(
                name: "Checksum",
                table: "AnalysisLayouts");

            migrationBuilder.DropColumn(
                name: "RestGoneAt",
                table: "Analyses");
        }
    }
}
