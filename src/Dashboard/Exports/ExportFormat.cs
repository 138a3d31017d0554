namespace LogitLens.Dashboard.Exports;

/// <summary>The forms analyses can be exported in.</summary>
public enum ExportFormat
{
    Csv,
    Parquet,
    Json,
    Png,
    Svg,
    Html,
    Archive,
    Safetensors,
}
