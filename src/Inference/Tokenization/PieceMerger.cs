using System.Text;
using LogitLens.Inference.Checkpoints;
using Microsoft.ML.Tokenizers;

namespace LogitLens.Inference.Tokenization;

/// <summary>Byte-pair merging by Microsoft.ML.Tokenizers' <see cref="BpeTokenizer"/>, with what Hugging Face's BPE adds: byte fallback and unknown
/// characters.</summary>
/// <remarks>
/// Two traps decide the form. The library's SentencePiece model merges equal scores from the right where SentencePiece goes from the left (300 × "x"
/// comes out
/// differently), so a <c>tokenizer.model</c> goes through BPE too, with its scores turned into merges, as transformers' fast tokenizers do. And the
/// library's
/// BPE takes quadratic time in the length of what it is given, so a text is first cut wherever no merge can reach across, which leaves little more
/// than words.
/// </remarks>
internal sealed class PieceMerger
{
    /// <summary>At this length an uncut run costs some 70 ms; a longer one would still be merged rightly, but in quadratic time.</summary>
    internal const int LongestRun = 16_384;

    private readonly PieceVocabulary _vocabulary;
    private readonly BpeTokenizer _merges;
    private readonly Dictionary<Rune, int> _characters = [];
    private readonly HashSet<(Rune Left, Rune Right)> _joints = [];
    private readonly int[]? _bytes;

    /// <param name="vocabulary">Pieces and merges.</param>
    /// <param name="source">The file they come from, for error sentences.</param>
    /// <exception cref="RefusedInputException">Merges that do not fit the pieces.</exception>
    public PieceMerger(PieceVocabulary vocabulary, string source)
    {
        _vocabulary = vocabulary;
        foreach (var (left, right) in vocabulary.Merges)
        {
            if (left.Length == 0 || right.Length == 0)
            {
                throw new RefusedInputException($"{source} has a merge with an empty piece: download the file again.");
            }

            Rune.DecodeLastFromUtf16(left, out var end, out _);
            Rune.DecodeFromUtf16(right, out var start, out _);
            _joints.Add((end, start));
        }

        foreach (var (piece, id) in vocabulary.Ids)
        {
            if (Rune.DecodeFromUtf16(piece, out var rune, out var length) == System.Buffers.OperationStatus.Done && length == piece.Length)
            {
                _characters.Add(rune, id);
            }
        }

        if (vocabulary.FallsBackToBytes)
        {
            _bytes = new int[256];
            for (var i = 0; i < _bytes.Length; i++)
            {
                _bytes[i] = vocabulary.Ids.TryGetValue(BytePiece.Write((byte)i), out var id) ? id : -1;
            }
        }

        try
        {
            _merges = BpeTokenizer.Create(new BpeOptions(vocabulary.Ids)
            {
                Merges = vocabulary.Merges.Select(merge => $"{merge.Left} {merge.Right}"),
            });
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            throw new RefusedInputException($"{source} has merges that do not fit its pieces ({Shown.Text(e.Message)}): download the file again.", e);
        }
    }

    /// <summary>Appends the ids of one word: a stretch of prepared text that no token crosses.</summary>
    /// <exception cref="RefusedInputException">Too long a run without a place to cut.</exception>
    public void Encode(ReadOnlySpan<char> word, List<int> ids)
    {
        if (_vocabulary.TakesWholeWords && _vocabulary.Ids.TryGetValue(word.ToString(), out var whole))
        {
            ids.Add(whole);
            return;
        }

        var start = 0;
        var position = 0;
        var unknownBefore = false;
        Rune? before = null;
        while (position < word.Length)
        {
            Rune.DecodeFromUtf16(word[position..], out var rune, out var length);
            var known = _characters.ContainsKey(rune);
            if (before is { } left && (!known || !_joints.Contains((left, rune))))
            {
                EncodeRun(word[start..position], ids);
                start = position;
            }

            if (known)
            {
                before = rune;
                unknownBefore = false;
            }
            else
            {
                EncodeUnknown(rune, ids, ref unknownBefore);
                before = null;
                start = position + length;
            }

            position += length;
        }

        if (start < word.Length)
        {
            EncodeRun(word[start..], ids);
        }
    }

    private void EncodeRun(ReadOnlySpan<char> run, List<int> ids)
    {
        if (Rune.DecodeFromUtf16(run, out var rune, out var length) == System.Buffers.OperationStatus.Done && length == run.Length)
        {
            ids.Add(_characters[rune]);
            return;
        }

        if (run.Length > LongestRun)
        {
            throw new RefusedInputException(
                $"The text has a stretch of {run.Length:N0} characters without a break between words, but {LongestRun:N0} is the most that can be tokenized: shorten it or break it up.");
        }

        ids.AddRange(_merges.EncodeToIds(run, considerPreTokenization: false, considerNormalization: false));
    }

    private void EncodeUnknown(Rune rune, List<int> ids, ref bool unknownBefore)
    {
        if (_bytes is not null)
        {
            Span<byte> utf8 = stackalloc byte[4];
            utf8 = utf8[..rune.EncodeToUtf8(utf8)];
            var complete = true;
            foreach (var value in utf8)
            {
                complete &= _bytes[value] >= 0;
            }

            if (complete)
            {
                foreach (var value in utf8)
                {
                    ids.Add(_bytes[value]);
                }

                unknownBefore = false;
                return;
            }
        }

        if (_vocabulary.UnknownId is { } unknown && !(unknownBefore && _vocabulary.FusesUnknown))
        {
            ids.Add(unknown);
        }

        unknownBefore = true;
    }
}
