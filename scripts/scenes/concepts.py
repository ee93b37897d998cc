"""What can be seen in a scene: glyphs and backgrounds, each with the names that are right for it."""
import pathlib
from dataclasses import dataclass

# Glyphs and their first names are Unicode's; of CLDR's keywords those that are names, with everyday ones beside.
SOURCES = "Unicode emoji 15.0 short names, CLDR 41 keywords, everyday words"
TABLE = pathlib.Path(__file__).with_name("concepts.tsv")

# A name of a background, other names for it, and how a caption says that something is on it.
BACKGROUNDS = {
    "sky": (("sky",), "in the sky"),
    "grass": (("grass", "meadow"), "on the grass"),
    "sand": (("sand", "beach"), "on the sand"),
    "water": (("water", "sea"), "in the water"),
    "road": (("road", "street"), "on the road"),
    "snow": (("snow",), "in the snow"),
    "night": (("night", "night sky"), "at night"),
    "wood": (("wood", "wooden table"), "on wood"),
    "brick": (("brick", "brick wall"), "by a brick wall"),
    "tiles": (("tiles", "tiled wall"), "on tiles"),
    "stripes": (("stripes",), "on stripes"),
    "dots": (("dots",), "on dots"),
}


@dataclass(frozen=True)
class Concept:
    """A glyph and what it may be called; the first name is CLDR's short name."""

    character: str
    names: tuple[str, ...]


def load_concepts():
    """The glyphs of concepts.tsv, in its order."""
    lines = TABLE.read_text(encoding="utf8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return [Concept(chr(int(code, 16)), tuple(names.split("|"))) for code, _, names in rows]


class Vocabulary:
    """All names once, and which of them are right for which glyph and background.

    `names[i]` for i < `glyph_names` are names of glyphs, the others of backgrounds only.
    `of_glyph[g]` and `of_background[b]` list indices into `names`.
    """

    def __init__(self, concepts):
        self.names, self.index = [], {}
        self.of_glyph = [[self._add(n) for n in concept.names] for concept in concepts]
        self.glyph_names = len(self.names)
        self.of_background = {b: [self._add(n) for n in names] for b, (names, _) in BACKGROUNDS.items()}

    def _add(self, name):
        if name not in self.index:
            self.index[name] = len(self.names)
            self.names.append(name)
        return self.index[name]
