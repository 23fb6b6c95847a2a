#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes the colour emoji of a font as square PNG pictures on white, named as Unicode names them:
what `gan-train run dcgan` and `vae` learn emoji from.

    emoji_pictures.py OUT [SIDE]      64 pixels a side

Wants Debian's packages fonts-noto-color-emoji (pictures under Apache-2.0, the font under the OFL),
python3-fonttools, python3-pil and unicode-data (the names)."""
import io
import pathlib
import sys

from fontTools.ttLib import TTFont
from PIL import Image

FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
NAMES = "/usr/share/unicode/emoji/emoji-test.txt"


def ligatures(font):
    """For each lookup of GSUB the sequences of glyphs that become one, by their first glyph."""
    lookups = []
    for lookup in font["GSUB"].table.LookupList.Lookup:
        tables = [t.ExtSubTable if t.LookupType == 7 else t for t in lookup.SubTable]
        found = {}
        for table in tables:
            if table.LookupType != 4:
                continue
            for first, all_of_it in table.ligatures.items():
                found.setdefault(first, []).extend((l.Component, l.LigGlyph) for l in all_of_it)
        for all_of_it in found.values():
            all_of_it.sort(key=lambda one: -len(one[0]))  # the longest first
        lookups.append(found)
    return lookups


def shaped(glyphs, lookups):
    for found in lookups:
        result, i = [], 0
        while i < len(glyphs):
            for rest, whole in found.get(glyphs[i], []):
                if glyphs[i + 1:i + 1 + len(rest)] == rest:
                    result.append(whole)
                    i += 1 + len(rest)
                    break
            else:
                result.append(glyphs[i])
                i += 1
        glyphs = result
    return glyphs


def named_sequences():
    """(code points, name) of every emoji that is fully qualified."""
    for line in open(NAMES, encoding="utf-8"):
        codes, _, rest = line.partition(";")
        if rest.strip().startswith("fully-qualified"):
            name = rest.split("#", 1)[1].split(None, 2)[2].strip()
            yield [int(code, 16) for code in codes.split()], name


def main():
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    out, side = pathlib.Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 64
    font = TTFont(FONT)
    pictures = font["CBDT"].strikeData[0]
    cmap, lookups = font.getBestCmap(), ligatures(font)
    found = {}
    for codes, name in named_sequences():
        # The font shows what is said to be a picture as one without being told.
        glyphs = shaped([cmap[c] for c in codes if c in cmap and c != 0xFE0F], lookups)
        if len(glyphs) == 1 and glyphs[0] in pictures and glyphs[0] not in found:
            found[glyphs[0]] = "".join(c if c.isalnum() else "-" for c in name.replace(": ", "-"))
    if not found:
        sys.exit(f"{FONT}: no picture has a name of {NAMES}")
    out.mkdir(parents=True, exist_ok=True)
    for glyph, name in found.items():
        drawn = Image.open(io.BytesIO(pictures[glyph].imageData)).convert("RGBA")
        longer = max(drawn.size)
        square = Image.new("RGBA", (longer, longer), "white")
        square.alpha_composite(drawn, ((longer - drawn.width) // 2, (longer - drawn.height) // 2))
        square.convert("RGB").resize((side, side), Image.Resampling.LANCZOS).save(out / f"{name}.png")
    print(f"{len(found)} pictures of {side}x{side}")


if __name__ == "__main__":
    main()
