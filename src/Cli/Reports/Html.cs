using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace AudioBsq.Cli.Reports;

/// <summary>
/// A part of a page, HTML and well-formed XML at once. It is made of an interpolated string, whose own text is markup; the values in it are
/// escaped, unless they are parts too.
/// </summary>
internal readonly record struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Of(Builder markup) => new(markup.ToString());

    /// <summary>Markup that is not escaped. It must not contain text from outside, such as a file's name.</summary>
    public static Html Trusted(string markup) => new(markup);

    public override string ToString() => _markup ?? "";

    private static string Escape(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (char c in text) clean.Append(char.IsControl(c) || c is '\uFFFE' or '\uFFFF' ? '\uFFFD' : c); // XML allows none of them
        return WebUtility.HtmlEncode(clean.ToString());
    }

    /// <summary>Used by the compiler to build interpolated strings.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Builder(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _text = new(literalLength + 16 * formattedCount);

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(Html piece) => _text.Append(piece);

        public void AppendFormatted(IEnumerable<Html> pieces)
        {
            foreach (var piece in pieces) _text.Append(piece);
        }

        public void AppendFormatted(string? text) => _text.Append(Escape(text ?? ""));

        public void AppendFormatted<T>(T value, string? format = null) where T : IFormattable =>
            _text.Append(Escape(value.ToString(format, CultureInfo.InvariantCulture)));

        public override string ToString() => _text.ToString();
    }
}
