namespace LogitLens.Benchmarks.Readings;

/// <summary>Made-up words, one for each number, so that searches for beginnings and parts find many of a vocabulary, as they do in a real one.</summary>
internal static class Words
{
    private static readonly string[] Syllables =
        ["ka", "lo", "mi", "ter", "san", "re", "ve", "don", "pi", "au", "ner", "gol", "shi", "ba", "tru", "len", "ox", "fa", "dri", "um"];

    public static string Of(int number)
    {
        var word = string.Empty;
        for (var left = (number * 7919) & 0x7FFFFFFF; word.Length == 0 || left > 0; left /= Syllables.Length)
        {
            word += Syllables[left % Syllables.Length];
        }

        return word;
    }
}
