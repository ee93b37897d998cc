"""Names of colours."""
import numpy as np

# Name, and its range of hue in degrees.
HUES = (("red", 345, 15), ("orange", 15, 42), ("yellow", 42, 70), ("green", 70, 165),
        ("blue", 165, 255), ("purple", 255, 300), ("pink", 300, 345))
NAMES = tuple(name for name, _, _ in HUES) + ("brown", "black", "gray", "white")


def name_colours(rgb):
    """The index in NAMES of each colour: uint8 [..., 3] → int [...]."""
    c = rgb.astype(np.float32) / 255
    high, low = c.max(-1), c.min(-1)
    span = np.maximum(high - low, 1e-6)
    r, g, b = c[..., 0], c[..., 1], c[..., 2]
    hue = np.where(high == r, (g - b) / span % 6, np.where(high == g, (b - r) / span + 2, (r - g) / span + 4)) * 60
    index = np.zeros(hue.shape, int)
    for i, (_, start, end) in enumerate(HUES):
        inside = (hue >= start) & (hue < end) if start < end else (hue >= start) | (hue < end)
        index[inside] = i
    index[np.isin(index, (0, 1, 2)) & (high < 0.62)] = NAMES.index("brown")
    gray = span < 0.16
    index[gray] = NAMES.index("gray")
    index[gray & (high > 0.82)] = NAMES.index("white")
    index[high < 0.25] = NAMES.index("black")
    return index


def main_colour(rgba, share=0.6):
    """The name of the colour that at least `share` of the opaque pixels have, or None."""
    opaque = rgba[rgba[..., 3] > 128][:, :3]
    counts = np.bincount(name_colours(opaque), minlength=len(NAMES))
    return NAMES[counts.argmax()] if counts.max() >= share * len(opaque) else None
