"""CLIP's byte-pair encoding, for the plain lower-case texts of captions and prompts."""
import functools
import gzip
import pathlib
import re

VOCABULARY = pathlib.Path(__file__).resolve().parents[2] / "Sources/Assets/data/bpe_simple_vocab_16e6.txt.gz"
START, END = 49406, 49407
SIZE = 49408
_MERGES = SIZE - 2 * 256 - 2
_PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+")


class Tokenizer:
    def __init__(self):
        with gzip.open(VOCABULARY, "rt", encoding="utf8") as file:
            merges = [tuple(line.split()) for line in file.read().split("\n")[1:_MERGES + 1]]
        printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
        others = [b for b in range(256) if b not in printable]
        self.symbols = {b: chr(b) for b in printable} | {b: chr(256 + i) for i, b in enumerate(others)}
        single = [self.symbols[b] for b in printable + others]
        entries = single + [s + "</w>" for s in single] + ["".join(m) for m in merges]
        self.ids = {entry: i for i, entry in enumerate(entries)}
        self.ranks = {merge: i for i, merge in enumerate(merges)}

    def encode(self, text):
        """The ids of a text with those of its start and end."""
        pieces = _PIECES.findall(text.lower())
        return [START, *(i for piece in pieces for i in self._piece(piece)), END]

    @functools.lru_cache(None)
    def _piece(self, piece):
        parts = [self.symbols[b] for b in piece.encode()]
        parts[-1] += "</w>"
        while len(parts) > 1:
            ranks = [self.ranks.get(pair, SIZE) for pair in zip(parts, parts[1:])]
            best = min(ranks)
            if best == SIZE:
                break
            at = ranks.index(best)
            parts[at:at + 2] = [parts[at] + parts[at + 1]]
        return [self.ids[part] for part in parts]
