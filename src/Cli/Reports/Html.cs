using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;

namespace AudioBsq.Cli.Reports;

/// <summary>
/// A piece of a page that is HTML and well-formed XML at once. Pieces are made of interpolated strings: what stands in the string is
/// markup, and what is put into it is text and escaped, unless it is a piece itself.
/// </summary>
internal readonly record struct Html
{
    private readonly string? _markup;

    private Html(string markup) => _markup = markup;

    public static Html Of(Builder markup) => new(markup.ToString());

    /// <summary>Text as it is, for what this program has made itself and no file name is in.</summary>
    public static Html Trusted(string markup) => new(markup);

    public override string ToString() => _markup ?? "";

    private static string Escape(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (char c in text) clean.Append(char.IsControl(c) || c is '\uFFFE' or '\uFFFF' ? '\uFFFD' : c); // XML has none of them
        return WebUtility.HtmlEncode(clean.ToString());
    }

    /// <summary>What the compiler turns an interpolated string into.</summary>
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
