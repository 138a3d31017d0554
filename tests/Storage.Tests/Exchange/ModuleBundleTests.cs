using LogitLens.Storage.Exchange;

namespace LogitLens.Storage.Tests.Exchange;

public sealed class ModuleBundleTests
{
    [Fact]
    public void Make_ModulesThatShareNames_KeepsThemApart()
    {
        var files = new Dictionary<string, string>
        {
            ["a.js"] = "import { value as other, twice } from './b.js';\nconst value = 1;\ntwice(other + value);\n",
            ["b.js"] = "export const value = 2;\nexport async function twice(x) { return 2 * x; }\n",
        };

        var bundle = ModuleBundle.Make("a.js", name => files[name]);

        Assert.Contains("const { value: other, twice } = module_b;", bundle, StringComparison.Ordinal);
        Assert.Contains("return { value, twice };", bundle, StringComparison.Ordinal);
        Assert.True(bundle.IndexOf("const module_b", StringComparison.Ordinal) < bundle.IndexOf("const module_a", StringComparison.Ordinal));
        Assert.DoesNotContain("import", bundle, StringComparison.Ordinal);
        Assert.DoesNotContain("export", bundle, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("export default 1;")]
    [InlineData("import x from './b.js';")]
    [InlineData("import * as b from './b.js';")]
    [InlineData("const b = await import('./b.js');")]
    [InlineData("export let count = 0;")]
    [InlineData("import { a } from './a.js';")]
    [InlineData("const text = '</SCRIPT>';")]
    [InlineData("const text = '<!--';")]
    [InlineData("const text = `two\n  lines`;")]
    public void Make_FormThatCannotBeBundled_Refuses(string text) =>
        Assert.Throws<InvalidOperationException>(() => ModuleBundle.Make("a.js", _ => text));
}
