using LogitLens.Storage.Exchange.Export;
using LogitLens.Storage.Exchange.Export.Maps;

namespace LogitLens.Dashboard.Exports;

/// <summary>An export that was asked for.</summary>
/// <param name="Table">For CSV and Parquet.</param>
/// <param name="Map">For PNG and SVG.</param>
/// <param name="WithPicture">For JSON: carry the image's file along, so that the document can be imported elsewhere.</param>
internal sealed record ExportRequest(ExportFormat Format, ExportScope Scope, TableOptions Table, MapOptions Map, bool WithPicture);
