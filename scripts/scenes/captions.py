"""Sentences that are true of a scene."""
from .concepts import BACKGROUNDS
from .templates import TEMPLATES

# A larger object is "large", a smaller one "small": shares of the scene's side.
LARGE, SMALL = 72 / 112, 34 / 112
# Middles must be this share of the scene's side apart before one object is left of or above another.
APART = 0.2
RELATIONS = {"left": ("left of", "to the left of"), "right": ("right of", "to the right of"),
             "above": ("above",), "below": ("below", "under")}
COLOURED = "on a {} background"
# What may stand before a list of objects, and around a single name.
OPENINGS = ("a photo of ", "a photo of ", "a picture of ", "an image of ")
PLAIN = ("{}", "a {}", "a {}.", "a photo of a {}", "a photo of a {}.", "a picture of a {}")


def caption(rng, scene, composer):
    """A caption, and what it speaks of: (text, indices of glyphs, names of backgrounds).

    Mostly it names every object, sometimes one less, seldom only a background.
    """
    named = [g.name for g in scene.grounds if g.name]
    if named and rng.random() < 0.06:
        ground = named[rng.integers(len(named))]
        return prompt(rng, _one(rng, BACKGROUNDS[ground][0])), [], [ground]
    items = [scene.items[i] for i in rng.permutation(len(scene.items))]
    if len(items) > 1 and rng.random() < 0.25:
        items = items[:-1]
    glyphs = [item.glyph for item in items]
    tail, grounds = _tail(rng, scene)
    if len(items) == 1 and not tail:
        return prompt(rng, _one(rng, composer.concepts[glyphs[0]].names)), glyphs, []
    bare = rng.random() < 0.3
    phrases = [_phrase(rng, item, composer, bare) for item in items]
    text = _join(rng, items, phrases, scene.owner.shape[0])
    if tail:
        text += " " + tail
    return (_one(rng, OPENINGS) if rng.random() < 0.4 else "") + text, glyphs, grounds


def prompt(rng, name):
    """A prompt for one name: in half of all cases a plain one, else any of the templates."""
    return _one(rng, PLAIN if rng.random() < 0.5 else TEMPLATES).format(name)


def caption_words():
    """Phrases of captions, for the list of what the model has seen."""
    relations = [phrase for phrases in RELATIONS.values() for phrase in phrases]
    tails = [tail for _, tail in BACKGROUNDS.values()]
    return [*relations, *tails, *(o.strip() for o in OPENINGS), "large", "small", "background"]


def _one(rng, choices):
    return choices[rng.integers(len(choices))]


def _tail(rng, scene):
    """Where the objects are, in half of the scenes that can say so: (text or "", names of backgrounds)."""
    ground = scene.grounds[-1]
    if rng.random() < 0.5:
        if ground.name:
            return BACKGROUNDS[ground.name][1], [ground.name]
        if ground.colour and len(scene.grounds) == 1:
            return COLOURED.format(ground.colour), []
    return "", []


def _phrase(rng, item, composer, bare):
    words = _one(rng, composer.concepts[item.glyph].names)
    draw, share = rng.random(), item.side / composer.size
    if draw < 0.12 and (share > LARGE or share < SMALL):
        words = ("large " if share > LARGE else "small ") + words
    elif draw > 0.9 and (colour := composer.glyphs.colour(item.glyph)) and colour not in words:
        words = f"{colour} {words}"
    return words if bare else f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _join(rng, items, phrases, size):
    if len(items) == 2 and rng.random() < 0.35 and (relation := _relation(*items, size)):
        return f"{phrases[0]} {_one(rng, RELATIONS[relation])} {phrases[1]}"
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"


def _relation(first, second, size):
    """How the first object lies to the second, along the axis on which they are further apart."""
    dx, dy = (a - b for a, b in zip(first.middle, second.middle))
    if max(abs(dx), abs(dy)) < APART * size:
        return None
    if abs(dx) > abs(dy):
        return "left" if dx < 0 else "right"
    return "above" if dy < 0 else "below"
