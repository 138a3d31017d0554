using LogitLens.Inference.Prompts;

namespace LogitLens.Inference.Tests.Prompts;

public sealed class ChatTemplateTests
{
    [Theory]
    [InlineData("{% for m in messages %}{{ m['role'].upper() + ': ' }}{% for c in m['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\\n' }}{% endfor %}{% for c in m['content'] | selectattr('type', 'equalto', 'text') %}{{ c['text'] + ' ' }}{% endfor %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}", "USER: <image>\n", " ASSISTANT:")]
    [InlineData("{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% elif m.role == 'user' %}[INST] {# pictures first #}{% for c in m.content %}{% if c.type == 'image' %}{{ \"<image>\\n\" }}{% endif %}{% endfor %}{% for c in m.content if_not_read %}{% endfor %}{% endif %}{% endfor %}", null, null)]
    [InlineData("{% for m in messages %}{% if loop.first and m['role'] != 'system' %}{{ '<s>system\n' }}{% endif %}{% for c in m['content'] %}{% if c['type'] == 'image' or 'image' in c %}<image>{% elif 'text' in c %}{{ c.text | trim }}{% endif %}{% endfor %}{% endfor %}", "<s>system\n<image>", "")]
    [InlineData("{% if not tools is defined %}<image>{% endif %}{% set q = messages[0]['content'][1] %}{% generation %}{{ bos_token ~ q['text'] if q is mapping else 'x' }}{% endgeneration %}!", "<image>", "!")]
    [InlineData("a {{- '<image>' -}} \n b\n{%- for m in messages -%}\n  {{ m.content[1].text }}\n{%- endfor %}\nc\n", "a<image>b", "c")]
    [InlineData("  {% if true %}\n<image>\n  {% endif %}\n{{ messages[0].content[1].text }}\n\nd", "<image>\n", "\n\nd")]
    public void TryRead_Template_SplitsAtTheQuestionAsJinjaRendersIt(string template, string? before, string? after)
    {
        var read = ChatTemplate.TryRead(template);

        Assert.Equal(before is null ? null : (before, after!), read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{{ messages }}")]
    [InlineData("<image> without a question")]
    [InlineData("{{ messages[0].content[1].text }}")]
    [InlineData("<image><image>{{ messages[0].content[1].text }}")]
    [InlineData("<image>{{ messages[0].content[1].text * 2 }}")]
    [InlineData("<image>{{ messages[0].content[1].text | sort }}")]
    [InlineData("<image>{{ messages[0].content[1].text ")]
    [InlineData("<image>{% if true %}{{ messages[0].content[1].text }}")]
    [InlineData("<image>{{ messages[0].content[1].text }}{% endif %}")]
    [InlineData("<image>{{ messages[0].content[1].text }}{# and no end")]
    [InlineData("<image>{{ 'and no end }}")]
    [InlineData("<image>{{ 99999999999 }}")]
    [InlineData("{{ raise_exception('two roles only') }}<image>{{ messages[0].content[1].text }}")]
    public void TryRead_TemplateBeyondTheKnownForms_IsUnknown(string template) => Assert.Null(ChatTemplate.TryRead(template));

    [Fact]
    public void TryRead_TemplateThatWouldNotEnd_IsUnknown()
    {
        var loops = string.Concat(Enumerable.Range(0, 20).Select(i => "{% for x" + i + " in [1, 2, 3, 4] %}")) + "a" + string.Concat(Enumerable.Repeat("{% endfor %}", 20));
        Assert.Null(ChatTemplate.TryRead(loops));
        Assert.Null(ChatTemplate.TryRead(new string('(', 5000).Insert(0, "{{ ")));
        Assert.Null(ChatTemplate.TryRead(string.Concat(Enumerable.Repeat("{% if true %}", 5000))));
        Assert.Null(ChatTemplate.TryRead("{% set x = 'aaaaaaaaaaaaaaaa' %}" + string.Concat(Enumerable.Repeat("{% set x = x + x %}", 40)) + "<image>{{ messages[0].content[1].text }}"));
    }
}
