#!/usr/bin/env bash
# A drill of corpus tokenization: 5,000 clips, 8 shards, workers that are killed at random moments and started again until all are done,
# an input that vanishes meanwhile. Then the corpus is verified, merged, and compared with what one process writes, byte by byte.
#
#   tools/corpus-drill.sh [FOLDER]        FOLDER is made; without it a temporary one is used, and deleted afterwards
#
# CLIPS, SHARDS, FORMAT (jsonl, parquet, webdataset), MODEL, SEED and AUDIOBSQ (a program that is built) can be set in the environment. As root it also fills a small disk.
set -euo pipefail
cd "$(dirname "$0")/.."
clips=${CLIPS:-5000} shards=${SHARDS:-8} format=${FORMAT:-jsonl} model=${MODEL:-speech450}
RANDOM=${SEED:-1}
if [ $# -gt 0 ]; then work=$1; mkdir -p "$work"; else work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; fi
work=$(realpath "$work")

[ -n "${AUDIOBSQ:-}" ] || dotnet build -c Release -v q -clp:ErrorsOnly src/Cli
audiobsq=${AUDIOBSQ:-$PWD/artifacts/bin/audiobsq/release/audiobsq}

# Clips of about a second, cut out of the sample clips by their offsets. The last clip's file is a link, which will vanish.
find "$PWD/samples/clips" -name '*.flac' | sort | while read -r file; do
    printf '%s\t%s\n' "$file" "$("$audiobsq" info "$file" --json | sed -n 's/.*"seconds": \([0-9.]*\).*/\1/p')"
done > "$work/files.tsv"
ln -sf "$(head -1 "$work/files.tsv" | cut -f 1)" "$work/vanishing.flac"
awk -F '\t' -v clips="$clips" '
    { file[NR - 1] = $1; seconds[NR - 1] = $2 }
    END {
        for (i = 0; i < clips - 1; i++) {
            k = i % NR; room = seconds[k] - 1.2; if (room < 0) room = 0
            offset = (i * 0.037) % (room + 0.001)
            printf "{\"id\":\"clip-%05d\",\"path\":\"%s\",\"offset\":%.3f,\"duration\":%.3f}\n", i, file[k], offset, 0.8 + i % 5 / 10
        }
        printf "{\"id\":\"clip-%05d\",\"path\":\"vanishing.flac\",\"offset\":0,\"duration\":1}\n", clips - 1
    }' "$work/files.tsv" > "$work/corpus.jsonl"

export audiobsq model work shards format
worker() { # SHARD SECONDS: a worker that is killed if it takes longer; the way it ends goes to a log
    local code=0
    timeout --signal=KILL "$2" "$audiobsq" tokenize "$model" --manifest "$work/corpus.jsonl" --shard "$1/$shards" -o "$work/tokens" \
        --format "$format" --threads 1 2>> "$work/messages.log" || code=$?
    echo "$code" >> "$work/ends.log"
}
export -f worker

rm -rf "$work/tokens" "$work"/*.log
started=$SECONDS round=0
while [ "$(find "$work/tokens" -name '*.done.json' 2> /dev/null | wc -l)" -lt "$shards" ]; do
    round=$((round + 1))
    for ((i = 0; i < shards; i++)); do echo "$i $((2 + RANDOM % (round * 20)))"; done \
        | xargs -P "$shards" -L 1 bash -c 'worker "$@"' worker
    [ "$round" -gt 1 ] || rm "$work/vanishing.flac"
    echo "round $round: $(find "$work/tokens" -name '*.done.json' | wc -l) of $shards shards are done"
done
echo "$(grep -c 137 "$work/ends.log") of $(wc -l < "$work/ends.log") workers were killed; $((SECONDS - started)) s"

code=0; "$audiobsq" verify "$work/tokens" --manifest "$work/corpus.jsonl" || code=$?
[ "$code" = 1 ] # one clip failed: its file had vanished
code=0; "$audiobsq" merge "$work/tokens" -o "$work/merged" --manifest "$work/corpus.jsonl" || code=$?
[ "$code" = 1 ]
started=$SECONDS
rm -rf "$work/one"
"$audiobsq" tokenize "$model" --manifest "$work/corpus.jsonl" -o "$work/one" --format "$format" --threads 1 2> /dev/null || [ $? = 1 ]
echo "one process: $((SECONDS - started)) s"
cmp "$work/merged" "$(find "$work/one" -name '00000-of-00001.*' ! -name '*.done.json' ! -name '*.failures.jsonl')"
cat "$work/tokens"/*.failures.jsonl | cmp - "$work/one/00000-of-00001.failures.jsonl"
echo "the merged shards are what one process writes: $(wc -c < "$work/merged") bytes"

mkdir -p "$work/small"
if mount -t tmpfs -o size=24k tmpfs "$work/small" 2> /dev/null; then
    code=0; "$audiobsq" tokenize "$model" --manifest "$work/corpus.jsonl" --shard "0/$shards" -o "$work/small/tokens" --format "$format" || code=$?
    left=$(find "$work/small" -type f ! -name corpus.json | wc -l)
    umount "$work/small"
    [ "$code" = 3 ] && [ "$left" = 0 ]
    echo "a full disk: exit code 3, and nothing half-written"
else
    echo "a full disk: not tried, since no file system can be mounted here"
fi
