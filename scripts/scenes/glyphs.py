"""Pictures of glyphs at any size and angle."""
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .colours import main_colour

FONT = "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"
# The font holds bitmaps of one size.
FONT_SIZE, CANVAS = 109, 136
# Clear pixels around the tight square at full size, so that interpolation fades out at the edge.
MARGIN = 6
# Each level is this much smaller than the one before: interpolation then never skips pixels.
STEP = math.sqrt(2)
SMALLEST = 16


class Glyphs:
    """Glyphs by their index in `characters`; each is drawn from the font at its first use.

    Pixels are kept premultiplied by opacity, at falling sizes.
    """

    def __init__(self, characters, font=FONT):
        try:
            self.font = ImageFont.truetype(font, FONT_SIZE)
        except OSError as error:
            raise SystemExit(f"error: no font at {font}: install fonts-noto-color-emoji") from error
        self.characters = characters
        self.levels = {}
        self.colours = {}

    def draw(self, index, side, angle, mirrored):
        """The glyph in a square of `side` pixels, turned by `angle` (radians): uint8 [n, n, 4], premultiplied."""
        levels = self._levels(index)
        tight, picture = next(((t, p) for t, p in reversed(levels) if t >= side), levels[0])
        cos, sin = math.cos(angle), math.sin(angle)
        n = math.ceil(side * (abs(cos) + abs(sin))) + 2
        scale = tight / side
        flip = -1 if mirrored else 1
        a, b, d, e = scale * cos * flip, scale * sin * flip, -scale * sin, scale * cos
        middle = picture.width / 2
        matrix = (a, b, middle - (a + b) * n / 2, d, e, middle - (d + e) * n / 2)
        return np.asarray(picture.transform((n, n), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR))

    def colour(self, index):
        """The name of the glyph's main colour, or None where there is no such thing."""
        self._levels(index)
        return self.colours[index]

    def _levels(self, index):
        """Pairs (side of the tight square in pixels, picture with its margin), from large to small."""
        if index not in self.levels:
            square = self._render(self.characters[index])
            self.colours[index] = main_colour(np.asarray(square))
            tight = square.width - 2 * MARGIN
            full = square.convert("RGBa")
            levels = [(float(tight), full)]
            while levels[-1][0] / STEP >= SMALLEST:
                width = round(full.width / STEP ** len(levels))
                smaller = full.resize((width, width), Image.Resampling.BOX)
                levels.append((tight * width / full.width, smaller))
            self.levels[index] = levels
        return self.levels[index]

    def _render(self, character):
        canvas = Image.new("RGBA", (CANVAS, CANVAS), (0, 0, 0, 0))
        ImageDraw.Draw(canvas).text((0, 4), character, font=self.font, embedded_color=True)
        tight = canvas.crop(canvas.getbbox())
        side = max(tight.size) + 2 * MARGIN
        square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        square.paste(tight, ((side - tight.width) // 2, (side - tight.height) // 2))
        return square
