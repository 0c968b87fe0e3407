using System.Xml.Linq;
using AudioBsq.Cli.Reports;

namespace AudioBsq.Tests.Cli.Reports;

[WithoutTorch]
public class HtmlTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("]]>-->&amp;&lt;&#60;")]
    [InlineData("naïve – 語 😀 {0} {{x}}")]
    public void Of_KeepsTextAsText(string text)
    {
        var html = Html.Of($"""<p title="{text}">{text}</p>""");

        var element = XElement.Parse(html.ToString());
        Assert.Equal(text, element.Value);
        Assert.Equal(text, element.Attribute("title")!.Value);
        Assert.Empty(element.Elements());
        Assert.Single(element.Attributes());
    }

    [Fact]
    public void Of_ReplacesWhatNoPageMayHold()
    {
        string text = "\0\u0001\t\n\u001b\u0085\ud800\uffff";

        var element = XElement.Parse(Html.Of($"<p>{text}</p>").ToString());

        Assert.Equal(new string('\uFFFD', 8), element.Value);
    }

    [Fact]
    public void Of_PutsPiecesTogether()
    {
        Html[] pieces = [Html.Of($"<b>{1.5:F2}</b>"), Html.Of($"<i>{'&'}</i>"), default];

        Assert.Equal("<p><b>1.50</b><i>&amp;</i><u></u>1,234</p>", Html.Of($"<p>{pieces}<u>{pieces[2]}</u>{1234:N0}</p>").ToString());
    }
}
