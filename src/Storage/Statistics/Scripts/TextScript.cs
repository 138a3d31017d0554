namespace LogitLens.Storage.Statistics;

/// <summary>The writing system of a token's text. Numbers are part of stored aggregates: add at the end only, below 64.</summary>
public enum TextScript : byte
{
    /// <summary>No letters: empty, spaces, digits, punctuation, symbols, emoji, lone bytes, special tokens.</summary>
    None = 0,

    /// <summary>Latin.</summary>
    Latin = 1,

    /// <summary>Cyrillic.</summary>
    Cyrillic = 2,

    /// <summary>Chinese characters, kana and bopomofo: what Chinese and Japanese are written in.</summary>
    Cjk = 3,

    /// <summary>Hangul.</summary>
    Hangul = 4,

    /// <summary>Greek.</summary>
    Greek = 5,

    /// <summary>Arabic.</summary>
    Arabic = 6,

    /// <summary>Hebrew.</summary>
    Hebrew = 7,

    /// <summary>Devanagari.</summary>
    Devanagari = 8,

    /// <summary>Bengali.</summary>
    Bengali = 9,

    /// <summary>Gurmukhi.</summary>
    Gurmukhi = 10,

    /// <summary>Gujarati.</summary>
    Gujarati = 11,

    /// <summary>Odia.</summary>
    Odia = 12,

    /// <summary>Tamil.</summary>
    Tamil = 13,

    /// <summary>Telugu.</summary>
    Telugu = 14,

    /// <summary>Kannada.</summary>
    Kannada = 15,

    /// <summary>Malayalam.</summary>
    Malayalam = 16,

    /// <summary>Sinhala.</summary>
    Sinhala = 17,

    /// <summary>Thai.</summary>
    Thai = 18,

    /// <summary>Lao.</summary>
    Lao = 19,

    /// <summary>Tibetan.</summary>
    Tibetan = 20,

    /// <summary>Burmese.</summary>
    Myanmar = 21,

    /// <summary>Khmer.</summary>
    Khmer = 22,

    /// <summary>Ethiopic.</summary>
    Ethiopic = 23,

    /// <summary>Mongolian.</summary>
    Mongolian = 24,

    /// <summary>Armenian.</summary>
    Armenian = 25,

    /// <summary>Georgian.</summary>
    Georgian = 26,

    /// <summary>Letters of a script that is not told apart here.</summary>
    Other = 27,
}
