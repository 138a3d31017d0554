using System.Globalization;
using System.Text;
using System.Xml;
using LogitLens.Storage.Catalogue;

namespace LogitLens.Storage.Exchange.Export.Maps;

/// <summary>Draws a map as SVG: one file with the picture inside, every patch an element that names what is read there. No script, nothing from elsewhere.</summary>
public static class SvgMap
{
    private const string Namespace = "http://www.w3.org/2000/svg";

    private static readonly HashSet<string> MediaTypes = ["image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp"];

    /// <summary>Writes the figure.</summary>
    /// <param name="output">Written synchronously; stays open.</param>
    /// <param name="picture">The whole picture in the run's orientation, for a figure that has one.</param>
    /// <exception cref="ArgumentException">The figure needs a picture, or it is of a type no browser shows.</exception>
    public static void Write(Stream output, MapFigure figure, byte[]? picture, string? mediaType)
    {
        ArgumentNullException.ThrowIfNull(figure);
        if (figure.HasPicture && (picture is null || !MediaTypes.Contains(mediaType ?? "")))
        {
            throw new ArgumentException("The map lies over a picture, which is missing or of a type no browser shows.", nameof(picture));
        }

        using var xml = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), CloseOutput = false, CheckCharacters = true });
        xml.WriteStartElement("svg", Namespace);
        Attribute(xml, "width", figure.Width);
        Attribute(xml, "height", figure.Height);
        xml.WriteAttributeString("viewBox", string.Create(CultureInfo.InvariantCulture, $"0 0 {figure.Width} {figure.Height}"));
        xml.WriteAttributeString("role", "img");
        xml.WriteAttributeString("font-family", "system-ui, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif");
        Text(xml, "title", figure.Texts is [var title, ..] ? title.Text : figure.Description);
        Text(xml, "desc", figure.Description);
        WriteDefinitions(xml, figure);
        Rectangle(xml, new PixelBox(0, 0, figure.Width, figure.Height), figure.Theme.Surface.ToString(), 1);
        WritePicture(xml, figure, picture, mediaType);
        WriteCells(xml, figure);
        WriteLegend(xml, figure);
        foreach (var text in figure.Texts)
        {
            xml.WriteStartElement("text", Namespace);
            Attribute(xml, "x", text.X);
            Attribute(xml, "y", text.Y);
            Attribute(xml, "font-size", text.Size);
            xml.WriteAttributeString("fill", (text.IsSoft ? figure.Theme.InkSoft : figure.Theme.Ink).ToString());
            xml.WriteAttributeString("xml", "space", null, "preserve");
            xml.WriteString(Clean(text.Text));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteDefinitions(XmlWriter xml, MapFigure figure)
    {
        xml.WriteStartElement("defs", Namespace);

        // The explorer's hatching: a dark and a light line, so that it shows on any colour.
        xml.WriteStartElement("pattern", Namespace);
        xml.WriteAttributeString("id", "filler");
        xml.WriteAttributeString("width", "8");
        xml.WriteAttributeString("height", "8");
        xml.WriteAttributeString("patternUnits", "userSpaceOnUse");
        foreach (var (colour, opacity, shift) in ((string, string, double)[])[("#000000", "0.42", 0), ("#ffffff", "0.32", 1.5)])
        {
            xml.WriteStartElement("path", Namespace);
            xml.WriteAttributeString("d", string.Create(CultureInfo.InvariantCulture, $"M{-9 + shift} 9L{1 + shift} -1M{-1 + shift} 9L{9 + shift} -1M{7 + shift} 9L{17 + shift} -1"));
            xml.WriteAttributeString("stroke", colour);
            xml.WriteAttributeString("stroke-opacity", opacity);
            xml.WriteAttributeString("stroke-width", "1.4");
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        if (figure.Legend?.Scale is { } scale)
        {
            xml.WriteStartElement("linearGradient", Namespace);
            xml.WriteAttributeString("id", "scale");
            for (var stop = 0; stop < scale.Stops.Count; stop++)
            {
                xml.WriteStartElement("stop", Namespace);
                Attribute(xml, "offset", stop / (double)(scale.Stops.Count - 1));
                xml.WriteAttributeString("stop-color", scale.Stops[stop]);
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WritePicture(XmlWriter xml, MapFigure figure, byte[]? picture, string? mediaType)
    {
        if (!figure.HasPicture)
        {
            Rectangle(xml, figure.Picture, figure.Theme.Ground.ToString(), 1);
            return;
        }

        xml.WriteStartElement("image", Namespace);
        Box(xml, figure.Picture);
        xml.WriteAttributeString("preserveAspectRatio", "none");
        xml.WriteStartAttribute("href");
        xml.WriteString($"data:{mediaType};base64,");
        xml.WriteBase64(picture!, 0, picture!.Length);
        xml.WriteEndAttribute();
        xml.WriteEndElement();

        // What the model did not see.
        xml.WriteStartElement("path", Namespace);
        xml.WriteAttributeString("d", Outline(figure.Picture) + Outline(figure.Seen));
        xml.WriteAttributeString("fill", figure.Theme.Dim.ToString());
        Attribute(xml, "fill-opacity", figure.Theme.DimStrength);
        xml.WriteAttributeString("fill-rule", "evenodd");
        xml.WriteEndElement();
    }

    private static void WriteCells(XmlWriter xml, MapFigure figure)
    {
        xml.WriteStartElement("g", Namespace);
        xml.WriteAttributeString("shape-rendering", "crispEdges");
        if (figure.HasGrid)
        {
            xml.WriteAttributeString("stroke", "#000000");
            xml.WriteAttributeString("stroke-opacity", "0.22");
            xml.WriteAttributeString("stroke-width", "0.5");
        }

        foreach (var cell in figure.Cells)
        {
            xml.WriteStartElement("g", Namespace);
            Text(xml, "title", cell.Label);
            if (cell.Colour is { } colour)
            {
                Rectangle(xml, cell.Box, colour.ToString(), figure.Strength);
            }
            else
            {
                Rectangle(xml, cell.Box, "none", 1);
            }

            if (cell.IsFiller)
            {
                Rectangle(xml, cell.Box, "url(#filler)", 1);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteLegend(XmlWriter xml, MapFigure figure)
    {
        if (figure.Legend is not { } legend)
        {
            return;
        }

        if (legend.Bar is { } bar)
        {
            Rectangle(xml, bar, "url(#scale)", 1);
        }

        if (legend.Hatch is { } hatch)
        {
            Rectangle(xml, hatch, figure.Theme.Ground.ToString(), 1);
            Rectangle(xml, hatch, "url(#filler)", 1);
        }
    }

    private static void Rectangle(XmlWriter xml, PixelBox box, string fill, double opacity)
    {
        xml.WriteStartElement("rect", Namespace);
        Box(xml, box);
        xml.WriteAttributeString("fill", fill);
        if (opacity < 1)
        {
            Attribute(xml, "fill-opacity", opacity);
        }

        xml.WriteEndElement();
    }

    private static void Box(XmlWriter xml, PixelBox box)
    {
        Attribute(xml, "x", box.X);
        Attribute(xml, "y", box.Y);
        Attribute(xml, "width", box.Width);
        Attribute(xml, "height", box.Height);
    }

    private static string Outline(PixelBox box) =>
        string.Create(CultureInfo.InvariantCulture, $"M{box.X:0.##} {box.Y:0.##}h{box.Width:0.##}v{box.Height:0.##}h{-box.Width:0.##}z");

    private static void Attribute(XmlWriter xml, string name, double value) => xml.WriteAttributeString(name, value.ToString("0.###", CultureInfo.InvariantCulture));

    private static void Text(XmlWriter xml, string element, string text)
    {
        xml.WriteStartElement(element, Namespace);
        xml.WriteString(Clean(text));
        xml.WriteEndElement();
    }

    /// <summary>XML has no way to write some characters that a token may hold.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var allowed = rune.Value is '\t' or '\n' or '\r' or (>= 0x20 and <= 0xD7FF) or (>= 0xE000 and <= 0xFFFD) or >= 0x10000;
            clean.Append(allowed ? rune.ToString() : "\uFFFD");
        }

        return clean.ToString();
    }
}
