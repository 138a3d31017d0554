using System.Globalization;

namespace LogitLens.Inference.Prompts;

/// <summary>Reads a chat template's expressions into functions, lowest precedence first.</summary>
internal sealed class TemplateExpressions(TemplateReader reader)
{
    private const int DeepestNesting = 32;

    private int _depth;

    /// <summary><c>a if condition else b</c>, and all that binds tighter.</summary>
    public Func<TemplateScope, object?> Read()
    {
        var value = ReadWithoutCondition();
        if (!reader.Take("if"))
        {
            return value;
        }

        var condition = ReadWithoutCondition();
        var otherwise = reader.Take("else") ? Read() : _ => null;
        return scope => TemplateValue.IsTrue(condition(scope)) ? value(scope) : otherwise(scope);
    }

    /// <summary>The same without the condition behind: what a loop goes over.</summary>
    public Func<TemplateScope, object?> ReadWithoutCondition()
    {
        if (++_depth > DeepestNesting)
        {
            throw new UnknownTemplateException("Brackets in brackets in brackets.");
        }

        var value = ReadOr();
        _depth--;
        return value;
    }

    private Func<TemplateScope, object?> ReadOr()
    {
        var left = ReadAnd();
        while (reader.Take("or"))
        {
            var (first, second) = (left, ReadAnd());
            left = scope => first(scope) is var value && TemplateValue.IsTrue(value) ? value : second(scope);
        }

        return left;
    }

    private Func<TemplateScope, object?> ReadAnd()
    {
        var left = ReadNot();
        while (reader.Take("and"))
        {
            var (first, second) = (left, ReadNot());
            left = scope => first(scope) is var value && TemplateValue.IsTrue(value) ? second(scope) : value;
        }

        return left;
    }

    private Func<TemplateScope, object?> ReadNot()
    {
        var negated = false;
        while (reader.Take("not"))
        {
            negated = !negated;
        }

        var value = ReadComparison();
        return negated ? scope => !TemplateValue.IsTrue(value(scope)) : value;
    }

    private Func<TemplateScope, object?> ReadComparison()
    {
        var left = ReadSum();
        while (true)
        {
            var first = left;
            if (reader.Take("=="))
            {
                var second = ReadSum();
                left = scope => TemplateValue.AreEqual(first(scope), second(scope));
            }
            else if (reader.Take("!="))
            {
                var second = ReadSum();
                left = scope => !TemplateValue.AreEqual(first(scope), second(scope));
            }
            else if (reader.Take("in"))
            {
                var second = ReadSum();
                left = scope => TemplateValue.Contains(second(scope), first(scope));
            }
            else if (reader.Take("not"))
            {
                reader.Expect("in");
                var second = ReadSum();
                left = scope => !TemplateValue.Contains(second(scope), first(scope));
            }
            else if (reader.Take("is"))
            {
                var negated = reader.Take("not");
                var test = reader.Expect(TemplateTokenKind.Name).Text;
                left = scope => TemplateValue.Test(test, first(scope)) != negated;
            }
            else
            {
                return left;
            }
        }
    }

    private Func<TemplateScope, object?> ReadSum()
    {
        var left = ReadFiltered();
        while (true)
        {
            var first = left;
            if (reader.Take("+"))
            {
                var second = ReadFiltered();
                left = scope => TemplateValue.Add(first(scope), second(scope));
            }
            else if (reader.Take("~"))
            {
                var second = ReadFiltered();
                left = scope => TemplateValue.Join(TemplateValue.Show(first(scope)), TemplateValue.Show(second(scope)));
            }
            else
            {
                return left;
            }
        }
    }

    private Func<TemplateScope, object?> ReadFiltered()
    {
        var value = ReadPostfix();
        while (reader.Take("|"))
        {
            var name = reader.Expect(TemplateTokenKind.Name).Text;
            var arguments = reader.Take("(") ? ReadList(")") : [];
            var before = value;
            value = scope => TemplateValue.Filter(name, before(scope), [.. arguments.Select(argument => argument(scope))]);
        }

        return value;
    }

    private Func<TemplateScope, object?> ReadPostfix()
    {
        var value = ReadPrimary();
        while (true)
        {
            var before = value;
            if (reader.Take("["))
            {
                var index = ReadWithoutCondition();
                reader.Expect("]");
                value = scope => TemplateValue.Index(before(scope), index(scope));
            }
            else if (reader.Take("."))
            {
                var name = reader.Expect(TemplateTokenKind.Name).Text;
                if (reader.Take("("))
                {
                    var arguments = ReadList(")");
                    value = scope => TemplateValue.Method(name, before(scope), [.. arguments.Select(argument => argument(scope))]);
                }
                else
                {
                    value = scope => TemplateValue.Index(before(scope), name);
                }
            }
            else
            {
                return value;
            }
        }
    }

    private Func<TemplateScope, object?> ReadPrimary()
    {
        if (reader.Take("("))
        {
            var inner = Read();
            reader.Expect(")");
            return inner;
        }

        if (reader.Take("["))
        {
            var items = ReadList("]");
            return scope => items.Select(item => item(scope)).ToList();
        }

        if (reader.Take(TemplateTokenKind.String) is { } text)
        {
            return _ => text.Text;
        }

        if (reader.Take(TemplateTokenKind.Number) is { } digits)
        {
            return int.TryParse(digits.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? _ => number
                : throw new UnknownTemplateException("Too large a number.");
        }

        var name = reader.Expect(TemplateTokenKind.Name).Text;
        switch (name)
        {
            case "true" or "True":
                return _ => true;
            case "false" or "False":
                return _ => false;
            case "none" or "None":
                return _ => null;
            case "raise_exception":
                reader.Expect("(");
                ReadList(")");
                return _ => throw new UnknownTemplateException("The template refuses a picture with a question.");
            default:
                return scope => scope[name];
        }
    }

    private List<Func<TemplateScope, object?>> ReadList(string end)
    {
        var items = new List<Func<TemplateScope, object?>>();
        while (!reader.Take(end))
        {
            items.Add(Read());
            if (!reader.Take(","))
            {
                reader.Expect(end);
                break;
            }
        }

        return items;
    }
}
