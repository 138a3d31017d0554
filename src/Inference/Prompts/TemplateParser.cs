namespace LogitLens.Inference.Prompts;

/// <summary>Reads the statements of a chat template: text, output, <c>for</c>, <c>if</c>, <c>set</c>, <c>generation</c>.</summary>
/// <remarks>Recursive descent, after Jinja's documented grammar; whatever is not read here makes the template an unknown one.</remarks>
internal sealed class TemplateParser
{
    private const int DeepestNesting = 32;

    private readonly TemplateReader _reader;
    private readonly TemplateExpressions _expressions;
    private int _depth;

    public TemplateParser(List<TemplateToken> tokens)
    {
        _reader = new TemplateReader(tokens);
        _expressions = new TemplateExpressions(_reader);
    }

    public Action<TemplateScope> Read()
    {
        var all = ReadBody();
        return _reader.AtEnd ? all : throw new UnknownTemplateException("A block's end without its start.");
    }

    /// <summary>Statements up to the end, or up to a block that none of them begins with (<c>endif</c>, <c>else</c>, …), which is left to the caller.</summary>
    private Action<TemplateScope> ReadBody()
    {
        if (++_depth > DeepestNesting)
        {
            throw new UnknownTemplateException("Blocks in blocks in blocks.");
        }

        var statements = new List<Action<TemplateScope>>();
        while (!_reader.AtEnd && ReadStatement() is { } statement)
        {
            statements.Add(statement);
        }

        _depth--;
        return scope =>
        {
            foreach (var statement in statements)
            {
                scope.Step();
                statement(scope);
            }
        };
    }

    private Action<TemplateScope>? ReadStatement()
    {
        if (_reader.Take(TemplateTokenKind.Plain) is { } plain)
        {
            return scope => scope.Text.Append(plain.Text);
        }

        if (_reader.Take(TemplateTokenKind.OutputStart) is not null)
        {
            var value = _expressions.Read();
            _reader.Expect(TemplateTokenKind.TagEnd);
            return scope => scope.Text.Append(TemplateValue.Show(value(scope)));
        }

        switch (_reader.PeekAfterBlockStart())
        {
            case "for":
                return ReadFor();
            case "if":
                return ReadIf();
            case "set":
                return ReadSet();
            case "generation":
                _reader.ExpectBlock("generation");
                _reader.Expect(TemplateTokenKind.TagEnd);
                var inner = ReadBody();
                _reader.ExpectBlock("endgeneration");
                _reader.Expect(TemplateTokenKind.TagEnd);
                return inner;
            default:
                return null;
        }
    }

    private Action<TemplateScope> ReadFor()
    {
        _reader.ExpectBlock("for");
        var name = _reader.Expect(TemplateTokenKind.Name).Text;
        _reader.Expect("in");
        var items = _expressions.ReadWithoutCondition();
        _reader.Expect(TemplateTokenKind.TagEnd);
        var body = ReadBody();
        _reader.ExpectBlock("endfor");
        _reader.Expect(TemplateTokenKind.TagEnd);
        return scope =>
        {
            var list = TemplateValue.Items(items(scope));
            for (var i = 0; i < list.Count; i++)
            {
                var inner = scope.Inner();
                inner[name] = list[i];
                inner["loop"] = new Dictionary<string, object?>
                {
                    ["first"] = i == 0,
                    ["last"] = i == list.Count - 1,
                    ["index0"] = i,
                    ["index"] = i + 1,
                    ["length"] = list.Count,
                };
                body(inner);
            }
        };
    }

    private Action<TemplateScope> ReadIf()
    {
        var branches = new List<(Func<TemplateScope, object?> Condition, Action<TemplateScope> Body)>();
        _reader.ExpectBlock("if");
        while (true)
        {
            var condition = _expressions.Read();
            _reader.Expect(TemplateTokenKind.TagEnd);
            branches.Add((condition, ReadBody()));
            if (_reader.PeekAfterBlockStart() != "elif")
            {
                break;
            }

            _reader.ExpectBlock("elif");
        }

        if (_reader.PeekAfterBlockStart() == "else")
        {
            _reader.ExpectBlock("else");
            _reader.Expect(TemplateTokenKind.TagEnd);
            branches.Add((_ => true, ReadBody()));
        }

        _reader.ExpectBlock("endif");
        _reader.Expect(TemplateTokenKind.TagEnd);
        return scope =>
        {
            foreach (var (condition, body) in branches)
            {
                if (TemplateValue.IsTrue(condition(scope)))
                {
                    body(scope);
                    return;
                }
            }
        };
    }

    private Action<TemplateScope> ReadSet()
    {
        _reader.ExpectBlock("set");
        var name = _reader.Expect(TemplateTokenKind.Name).Text;
        _reader.Expect("=");
        var value = _expressions.Read();
        _reader.Expect(TemplateTokenKind.TagEnd);
        return scope => scope[name] = value(scope);
    }
}
