"""The text work: 59 labels in 85 templates, and their tokens."""
import gzip
import html
import json
import pathlib
import re

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "Tests/Golden"

# The 59 classes of PASCAL Context (Mottaghi et al. 2014).
LABELS = """aeroplane, bag, bed, bedclothes, bench, bicycle, bird, boat, book, bottle, building, bus,
cabinet, car, cat, ceiling, chair, cloth, computer, cow, cup, curtain, dog, door, fence, floor,
flower, food, grass, ground, horse, keyboard, light, motorbike, mountain, mouse, person, plate,
platform, potted plant, road, rock, sheep, shelves, sidewalk, sign, sky, snow, sofa, table, track,
train, tree, truck, tv monitor, wall, water, window, wood""".replace("\n", " ").split(", ")

TEMPLATES = json.loads((GOLDEN / "imagenet85_templates.json").read_text())
START, END = 49406, 49407


def all_prompts(labels=LABELS):
    return [template.replace("{}", label) for label in labels for template in TEMPLATES]


class Tokenizer:
    """CLIP's byte-pair encoding, for plain English."""

    def __init__(self):
        lines = gzip.open(GOLDEN / "bpe_simple_vocab_16e6.txt.gz", "rt", encoding="utf-8").read()
        merges = [tuple(line.split()) for line in lines.split("\n")[1 : 49152 - 256 - 2 + 1]]
        visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
        letters = [chr(b) for b in visible] + [chr(256 + i) for i in range(256 - len(visible))]
        words = letters + [c + "</w>" for c in letters] + ["".join(merge) for merge in merges]
        self.ids = {word: i for i, word in enumerate(words)}
        self.ranks = {merge: i for i, merge in enumerate(merges)}
        self.known = {}

    def word(self, word):
        if word not in self.known:
            parts = [*word[:-1], word[-1] + "</w>"]
            while len(parts) > 1:
                pairs = list(zip(parts, parts[1:]))
                best = min(pairs, key=lambda pair: self.ranks.get(pair, 1 << 30))
                if best not in self.ranks:
                    break
                merged, i = [], 0
                while i < len(parts):
                    if i + 1 < len(parts) and (parts[i], parts[i + 1]) == best:
                        merged.append(parts[i] + parts[i + 1])
                        i += 2
                    else:
                        merged.append(parts[i])
                        i += 1
                parts = merged
            self.known[word] = [self.ids[part] for part in parts]
        return self.known[word]

    def __call__(self, text):
        assert text.isascii()
        text = " ".join(html.unescape(text).split()).lower()
        pieces = re.findall(r"'(?:s|t|re|ve|m|ll|d)|[a-z]+|[0-9]|[^\sa-z0-9]+", text)
        return [START, *(i for piece in pieces for i in self.word(piece)), END]


def distinct_beginnings(sequences):
    """How many tokens there are to compute when prompts share their beginnings."""
    return len({tuple(s[: n + 1]) for s in sequences for n in range(len(s))})
