using System.Text;

namespace LogitLens.Inference.Prompts;

/// <summary>Names in use and the text so far, while a chat template runs; counts steps, so that no template runs for ever.</summary>
internal sealed class TemplateScope
{
    private const int MostSteps = 20_000;

    private readonly Dictionary<string, object?> _names;
    private readonly TemplateScope _root;
    private int _steps;

    public TemplateScope(IEnumerable<KeyValuePair<string, object?>> names)
    {
        _names = new(names, StringComparer.Ordinal);
        _root = this;
        Text = new StringBuilder();
    }

    private TemplateScope(TemplateScope outer)
    {
        _names = new(outer._names, StringComparer.Ordinal);
        _root = outer._root;
        Text = outer.Text;
    }

    /// <summary>What was given out.</summary>
    public StringBuilder Text { get; }

    public object? this[string name]
    {
        get => _names.GetValueOrDefault(name);
        set => _names[name] = value;
    }

    public bool Has(string name) => _names.ContainsKey(name);

    /// <summary>A copy: what a loop sets inside is gone behind it, as in Jinja.</summary>
    public TemplateScope Inner() => new(this);

    public void Step()
    {
        if (++_root._steps > MostSteps || Text.Length > TemplateValue.LongestText)
        {
            throw new UnknownTemplateException("A template that takes too long or says too much.");
        }
    }
}
