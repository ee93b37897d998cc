"""Textures to put glyphs on."""
import numpy as np
from PIL import Image

from .colours import NAMES, name_colours

# A texture runs from its first colour to its second.
COLOURS = {
    "sky": ((120, 170, 230), (190, 220, 250)),
    "grass": ((60, 120, 40), (120, 190, 80)),
    "sand": ((200, 170, 110), (240, 215, 160)),
    "water": ((20, 70, 140), (60, 140, 200)),
    "road": ((70, 70, 75), (120, 120, 125)),
    "snow": ((225, 230, 240), (255, 255, 255)),
    "night": ((5, 5, 25), (30, 30, 70)),
    "wood": ((110, 70, 30), (170, 120, 70)),
    "brick": ((140, 50, 40), (190, 90, 70)),
    "tiles": ((225, 225, 220), (250, 250, 245)),
}
# How many noise fields there are to cut windows from.
FIELDS = 40
# Detail of noise: cells across a scene, each with its weight.
OCTAVES = ((3, 0.68), (8, 0.48), (24, 0.33))
TILE_GROUT = np.array((150, 155, 160), np.uint8)


class Backgrounds:
    """Makes textures of up to `size` pixels a side from noise fields of twice that side."""

    def __init__(self, size):
        self.size = size
        rng = np.random.default_rng(0)
        self.isotropic = [self._field(rng, stretched=False) for _ in range(FIELDS)]
        self.stretched = [self._field(rng, stretched=True) for _ in range(FIELDS)]

    def _field(self, rng, stretched):
        """Smooth noise in 0…255: uint8 [2·size, 2·size]; stretched noise varies along x only slowly."""
        side = 2 * self.size
        total = np.zeros((side, side), np.float32)
        for cells, weight in OCTAVES:
            rows = 2 * cells
            noise = Image.fromarray(rng.random((rows, 3 if stretched else rows), dtype=np.float32))
            total += weight * np.asarray(noise.resize((side, side), Image.Resampling.BICUBIC))
        low, high = np.quantile(total, (0.002, 0.998))
        return (np.clip((total - low) / (high - low), 0, 1) * 255).astype(np.uint8)

    def _window(self, rng, fields, height, width):
        field = fields[rng.integers(len(fields))]
        y, x = rng.integers(field.shape[0] - height + 1), rng.integers(field.shape[1] - width + 1)
        window = field[y:y + height, x:x + width]
        return window[::-1] if rng.random() < 0.5 else window

    def draw(self, rng, height, width, name):
        """A texture and the name of its colour: uint8 [height, width, 3], and for a plain one its colour's name.

        `name` is a background's, or None for a plain texture of random colours.
        """
        if name in COLOURS:
            ends = np.array(COLOURS[name], np.float32)
        else:
            ends = rng.integers(0, 256, (2, 3)).astype(np.float32)
            if name is None and rng.random() < 0.5:
                ends[1] = np.clip(ends[0] + rng.uniform(-40, 40, 3), 0, 255)
        noise = self._window(rng, self.stretched if name == "wood" else self.isotropic, height, width)
        ramp = (ends[0] + (ends[1] - ends[0]) * (np.arange(256, dtype=np.float32) / 255)[:, None]).astype(np.uint8)
        if name in ("brick", "tiles", "stripes", "dots"):
            noise = self._pattern(rng, noise, name)
        picture = ramp.take(noise, 0)
        if name == "night":
            picture[rng.random((height, width), dtype=np.float32) > 0.992] = (105, 105, 205)
        if name == "tiles":
            picture[noise == 0] = TILE_GROUT
        return picture, _common_name(ends) if name is None else None

    def _pattern(self, rng, noise, name):
        """Noise with a pattern in it, lengths as fractions of a scene's side."""
        height, width = noise.shape
        unit = self.size / 112
        y, x = np.arange(height)[:, None], np.arange(width)[None, :]
        if name == "brick":
            s, joint = max(2, round(rng.integers(6, 14) * unit)), max(1, round(2 * unit))
            joints = (y % s < joint) | ((x + y // s % 2 * s) % (2 * s) < joint)
            return np.where(joints, 255, noise // 5 * 3).astype(np.uint8)
        if name == "tiles":
            s, joint = max(3, round(rng.integers(12, 26) * unit)), max(1, round(1.5 * unit))
            return np.where((y % s < joint) | (x % s < joint), 0, np.maximum(noise, 1)).astype(np.uint8)
        s = max(3, round(rng.integers(6, 20) * unit))
        if name == "stripes":
            slope = rng.choice((-1, 0, 1, 2))
            along = y if slope == 2 else x + slope * y
            inside = along % (2 * s) < s
        else:
            inside = (x % (2 * s) - s) ** 2 + (y % (2 * s) - s) ** 2 < (0.6 * s) ** 2
        return np.where(inside, 200 + noise // 5, noise // 5).astype(np.uint8)


def _common_name(ends):
    """The name of both colours, or None where they differ: float [2, 3]."""
    first, second = name_colours(ends.astype(np.uint8))
    return NAMES[first] if first == second else None
