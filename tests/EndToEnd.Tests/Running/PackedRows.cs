namespace LogitLens.EndToEnd.Tests.Running;

/// <summary>Packed layers for tests of the browser's modules.</summary>
internal static class PackedRows
{
    /// <summary>JavaScript: <c>pack(layer, rows)</c> makes the bytes of a layer of two tokens a position, printed probabilities, from rows <c>[id, p, id, p]</c>.</summary>
    public const string Script = """
        const pack = (layer, rows) => {
          const k = 2, count = rows.length, length = 32 + count * k * 2 + count * k * 2;
          const view = new DataView(new ArrayBuffer(length));
          view.setUint32(0, 0x31524c4c, true);
          view.setUint8(5, 1); view.setUint8(6, 2);
          view.setUint16(8, layer, true); view.setUint16(10, k, true);
          view.setUint32(16, count, true); view.setUint32(24, length, true);
          rows.forEach(([id0, p0, id1, p1], at) => {
            view.setUint16(32 + at * 4, id0, true); view.setUint16(34 + at * 4, id1, true);
            view.setUint16(32 + count * 4 + at * 4, Math.round(p0 * 10000), true); view.setUint16(34 + count * 4 + at * 4, Math.round(p1 * 10000), true);
          });
          return view.buffer;
        };


        """;
}
