"""Puts glyphs on backgrounds and keeps account of every pixel."""
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageFilter

from .backgrounds import Backgrounds
from .concepts import BACKGROUNDS, Vocabulary, load_concepts
from .glyphs import Glyphs

# Share of scenes with one, two and three objects.
COUNTS = (0.5, 0.33, 0.17)
# Side of an object as a share of the scene's, by the number of objects in it.
SIDES = {1: (30 / 112, 96 / 112), 2: (26 / 112, 60 / 112), 3: (22 / 112, 48 / 112)}
# A place is taken where less than this share of any object would be covered.
COVERED = 0.15
TRIES = 12
GROUNDS = (*BACKGROUNDS, None)


@dataclass
class Item:
    """An object in a scene: its glyph's index, its side in pixels, its middle (x, y) in pixels."""

    glyph: int
    side: float
    middle: tuple[float, float]


@dataclass
class Ground:
    """A background and the rows it fills; a plain one has no name but perhaps a colour's."""

    name: str | None
    colour: str | None
    top: int
    bottom: int


@dataclass
class Scene:
    """Pixels uint8 [S, S, 3]; `owner` uint8 [S, S]: 0 where background shows, k + 1 where object k does."""

    pixels: np.ndarray
    owner: np.ndarray
    items: list[Item] = field(default_factory=list)
    grounds: list[Ground] = field(default_factory=list)

    def mask(self, k):
        """Where object k shows: bool [S, S]."""
        return self.owner == k + 1

    def ground_mask(self, k):
        """Where background k shows: bool [S, S]."""
        mask = np.zeros(self.owner.shape, bool)
        mask[self.grounds[k].top:self.grounds[k].bottom] = True
        return mask & (self.owner == 0)


class Composer:
    """Makes scenes of `size` pixels a side. A scene depends on the generator `rng` alone."""

    def __init__(self, size=112):
        self.size = size
        self.concepts = load_concepts()
        self.vocabulary = Vocabulary(self.concepts)
        self.glyphs = Glyphs([c.character for c in self.concepts])
        self.backgrounds = Backgrounds(size)
        # Normal noise; a scene's is a window of it.
        self.grain = np.random.default_rng(1).standard_normal((4 * size, 4 * size, 3), dtype=np.float32)

    def scene(self, rng, objects=None):
        """A scene with `objects` different glyphs, or with one to three."""
        count = objects or int(rng.choice((1, 2, 3), p=COUNTS))
        glyphs = rng.choice(len(self.concepts), count, replace=False)
        scene = Scene(np.empty((self.size, self.size, 3), np.uint8), np.zeros((self.size, self.size), np.uint8))
        self._lay_grounds(rng, scene)
        for glyph in glyphs:
            self._place(rng, scene, int(glyph), SIDES[count])
        scene.pixels = self._develop(rng, scene.pixels)
        return scene

    def _lay_grounds(self, rng, scene):
        edges = (0, self.size) if rng.random() < 0.6 else (0, int(self.size * rng.uniform(0.3, 0.7)), self.size)
        for top, bottom in zip(edges, edges[1:]):
            name = GROUNDS[rng.integers(len(GROUNDS))]
            texture, colour = self.backgrounds.draw(rng, bottom - top, self.size, name)
            scene.pixels[top:bottom] = texture
            scene.grounds.append(Ground(name, colour, top, bottom))

    def _place(self, rng, scene, glyph, sides):
        """Draws a glyph where it covers little of what is there already; after `TRIES` tries anywhere."""
        size = self.size
        side = int(rng.uniform(sides[0] * size, sides[1] * size))
        mirrored = rng.random() < 0.5
        angle = np.deg2rad(rng.uniform(-25, 25)) if rng.random() < 0.5 else 0.0
        picture = self.glyphs.draw(glyph, side, angle, mirrored)
        n = len(picture)
        areas = np.bincount(scene.owner.ravel(), minlength=len(scene.items) + 1)
        for _ in range(TRIES):
            x, y = (int(rng.uniform(-0.1 * side, size - n + 0.1 * side)) for _ in range(2))
            here = np.s_[max(y, 0):min(y + n, size), max(x, 0):min(x + n, size)]
            shown = picture[max(-y, 0):size - y, max(-x, 0):size - x]
            solid = shown[..., 3] > 128
            hidden = np.bincount(scene.owner[here][solid], minlength=len(areas))
            if all(h < COVERED * max(1, a) for h, a in zip(hidden[1:], areas[1:])):
                break
        ground = scene.pixels[here]
        scene.pixels[here] = _over(shown, ground)
        scene.items.append(Item(glyph, float(side), (x + n / 2, y + n / 2)))
        scene.owner[here][solid] = len(scene.items)

    def _develop(self, rng, pixels):
        """Light, noise and blur, as a camera would add them."""
        table = np.clip(np.arange(256) * rng.uniform(0.75, 1.2) + rng.uniform(-20, 20), 0, 255)
        picture = Image.fromarray(pixels).point(table.astype(np.uint8).tolist() * 3)
        if rng.random() < 0.3:
            y, x = rng.integers(len(self.grain) - self.size + 1, size=2)
            noise = self.grain[y:y + self.size, x:x + self.size] * np.float32(rng.uniform(2, 12))
            picture = Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))
        if rng.random() < 0.15:
            picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.0) * self.size / 112))
        return np.asarray(picture)


def _over(front, back):
    """A premultiplied picture over an opaque one: uint8 [h, w, 4], [h, w, 3] → uint8 [h, w, 3]."""
    rest = back * (255 - front[..., 3:].astype(np.uint16)) + np.uint16(128)
    rest = (rest + (rest >> 8)) >> 8  # division by 255, rounded
    return (front[..., :3] + rest).clip(0, 255).astype(np.uint8)
