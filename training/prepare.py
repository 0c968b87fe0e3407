#!/usr/bin/env python3
"""Links the clips that the models of AudioBsq.MLNet.Models.Speech were trained on, and lists them.

    training/prepare.py SPEECH LIBRISPEECH/train LIBRISPEECH/dev OUT

SPEECH is a folder with index.tsv: a line for each clip with the columns path, corpus, speaker, gender, language, seconds and licence.
The LibriSpeech folders hold FLAC files, none of a speaker that SPEECH has. OUT gets train/, val/ (LibriSpeech/dev) and held-out/ (one
in 25 of the speakers of Common Voice 6.1, to measure by language and gender), all symbolic links, and used.tsv. No sound is copied.
"""
import collections, csv, hashlib, os, sys

LIBRISPEECH_SHARE = 6  # links for each clip: clean read English is heard more often than its 15 minutes


def link(source, folder, name):
    os.makedirs(folder, exist_ok=True)
    place = os.path.join(folder, name)
    if not os.path.lexists(place):
        os.symlink(os.path.abspath(source), place)


def is_held_out(row):
    digest = hashlib.sha256((row["corpus"] + row["speaker"]).encode()).hexdigest()
    return row["corpus"] == "cv61" and int(digest, 16) % 25 == 0


def main(speech, train, dev, out):
    used = []
    with open(os.path.join(speech, "index.tsv"), encoding="utf-8") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            if not row["path"].startswith("speech/"):
                continue  # music and environment
            part = "held-out" if is_held_out(row) else "train"
            link(os.path.join(speech, row["path"]), os.path.join(out, part), os.path.basename(row["path"]))
            used.append((part, row))
    for part, folder, copies in (("train", train, LIBRISPEECH_SHARE), ("val", dev, 1)):
        for name in sorted(os.listdir(folder)):
            for copy in range(1, copies + 1):
                link(os.path.join(folder, name), os.path.join(out, part), f"ls{copy}-{name}" if copies > 1 else name)

    totals = collections.defaultdict(lambda: [0, 0.0, set()])
    with open(os.path.join(out, "used.tsv"), "w", encoding="utf-8") as file:
        for part, row in used:
            print(part, row["path"], row["speaker"], row["language"], row["licence"], sep="\t", file=file)
            total = totals[part, row["corpus"], row["licence"]]
            total[0] += 1
            total[1] += float(row["seconds"]) / 60
            total[2].add(row["speaker"])
    for (part, corpus, licence), (clips, minutes, speakers) in sorted(totals.items()):
        print(f"{part:9} {corpus:28} {clips:5} clips {minutes:6.1f} min {len(speakers):5} speakers  {licence}")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
