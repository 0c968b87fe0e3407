#!/usr/bin/env bash
# Prints the word error of what PocketSphinx hears in REDONE against what it hears in ORIGINAL, both WAV files of 16 kHz, 16 bit:
#
#   audiobsq evaluate speech900 FOLDER --audio --metric-command tools/word-error.sh --metric-name "word error, PocketSphinx 5"
#
# The recogniser knows English alone and errs often: read the figure beside that of the ceiling. Transcripts of originals are kept in
# ~/.cache. On Debian and Ubuntu: apt install pocketsphinx pocketsphinx-en-us
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 ORIGINAL REDONE" >&2; exit 2; }
command -v pocketsphinx_continuous > /dev/null || { echo "$0: install pocketsphinx and pocketsphinx-en-us" >&2; exit 1; }

transcript() { pocketsphinx_continuous -infile "$1" -logfn /dev/null | tr '\n' ' '; }

kept=${XDG_CACHE_HOME:-$HOME/.cache}/audiobsq-transcripts
mkdir -p "$kept"
original=$kept/$(sha256sum < "$1" | cut -c 1-32)
if [ ! -f "$original" ]; then
    transcript "$1" > "$original.$$"
    mv "$original.$$" "$original"
fi

# Levenshtein distance in words, over the words of the original.
{ cat "$original"; echo; transcript "$2"; echo; } | awk '
    NR == 1 { n = split($0, a) }
    NR == 2 {
        m = split($0, b)
        for (j = 0; j <= m; j++) d[0, j] = j
        for (i = 1; i <= n; i++) {
            d[i, 0] = i
            for (j = 1; j <= m; j++) {
                best = d[i - 1, j - 1] + (a[i] != b[j])
                if (d[i - 1, j] + 1 < best) best = d[i - 1, j] + 1
                if (d[i, j - 1] + 1 < best) best = d[i, j - 1] + 1
                d[i, j] = best
            }
        }
        print d[n, m] / (n > 0 ? n : 1)
    }'
