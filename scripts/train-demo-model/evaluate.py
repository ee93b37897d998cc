"""How well a model names what it sees, and finds the caption of a scene."""
import math

import numpy as np
import torch

from batches import cut, normalize
from scenes.captions import caption
from scenes.composer import Composer
from texts import Texts

PLAIN = ("a photo of a {}.", "a {}.", "{}")
PIECE = 32
# Scenes that are evaluated were never trained on: their generators' seeds have another first number.
HELD_OUT = 9001
# Ranges of an object's side as shares of the scene's.
SIDES = ((30, 45), (45, 65), (65, 97))


def embed_pictures(model, scenes, pieces):
    """Unit embeddings of whole scenes [n, E]."""
    shape = model.shape
    places = torch.arange(shape.patches)

    def picture(part):
        def compute():
            patches = torch.from_numpy(cut(np.stack([s.pixels for s in part]), shape.patch))
            with torch.no_grad():
                return model.image(normalize(patches), places.expand(len(part), -1))
        return compute

    return torch.cat(pieces.forward([picture(scenes[i:i + PIECE]) for i in range(0, len(scenes), PIECE)]))


def embed_texts(model, rows, pieces):
    """Unit embeddings of texts given as rows [n, context] → [n, E]."""
    def text(part):
        def compute():
            with torch.no_grad():
                return model.text(part)
        return compute

    return torch.cat(pieces.forward([text(part) for part in torch.as_tensor(rows).split(4 * PIECE)]))


def embed_names(model, names, texts, pieces, templates=PLAIN):
    """The mean direction of each name's prompts [names, E]."""
    sums = sum(embed_texts(model, texts.encode([t.format(n) for n in names]), pieces) for t in templates)
    return torch.nn.functional.normalize(sums, dim=-1)


class Examiner:
    """A short examination during training, on scenes of its own seed."""

    def __init__(self, shape, count=384, seed=77):
        composer = Composer(shape.image)
        self.vocabulary, self.texts = composer.vocabulary, Texts(composer.vocabulary, shape.context)
        rng = np.random.default_rng(seed)
        self.scenes = [composer.scene(rng, objects=1) for _ in range(count)]

    def examine(self, model, pieces):
        names = embed_names(model, self.vocabulary.names[:self.vocabulary.glyph_names], self.texts, pieces)
        scores = embed_pictures(model, self.scenes, pieces) @ names.T
        ranks = ranks_of_glyphs(scores, self.scenes, self.vocabulary.of_glyph)
        return {f"top{k}": round(float((ranks < k).mean()), 4) for k in (1, 5)}


def ranks_of_glyphs(scores, scenes, right):
    """The rank, from 0, of the best right name of each scene's only glyph: scores [n, names] → int [n].

    `right[g]` are the columns that are right for glyph g.
    """
    scores = scores.numpy()
    best = [row[right[s.items[0].glyph]].max() for row, s in zip(scores, scenes)]
    return (scores > np.array(best)[:, None]).sum(1)


def share(hits):
    """A share of successes with its 95 % interval (Wilson): bool [n] → (share, low, high)."""
    n, p, z = len(hits), float(np.mean(hits)), 1.959964
    middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return tuple(round(x, 4) for x in (p, (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)))


def evaluate(model, texts, pieces, known=None, scenes=2000, pairs=500):
    """Everything that the model card says. `known` are the names a model has learned, if not all."""
    composer = Composer(model.shape.image)
    return {**naming(model, texts, pieces, composer, known, scenes),
            **retrieval(model, texts, pieces, composer, pairs)}


def naming(model, texts, pieces, composer, known, count):
    """Single objects, to be named out of all names of all glyphs, and out of one name a glyph."""
    vocabulary = composer.vocabulary
    scenes = [composer.scene(np.random.default_rng((HELD_OUT, 1, i)), objects=1) for i in range(count)]
    pictures = embed_pictures(model, scenes, pieces)
    offered = [i for i in range(vocabulary.glyph_names) if known is None or vocabulary.names[i] in known]
    # What one would call a glyph: the shortest of its names.
    short = sorted({min(of, key=lambda i: (len(vocabulary.names[i]), i)) for of in vocabulary.of_glyph} & {*offered})
    results = {"scenes": count}
    for label, columns in (("all", offered), ("one", short)):
        place = {name: column for column, name in enumerate(columns)}
        right = [[place[i] for i in of if i in place] for of in vocabulary.of_glyph]
        answerable = [k for k, s in enumerate(scenes) if right[s.items[0].glyph]]
        names = [vocabulary.names[i] for i in columns]
        scores = (pictures @ embed_names(model, names, texts, pieces).T)[answerable]
        asked = [scenes[k] for k in answerable]
        ranks = ranks_of_glyphs(scores, asked, right)
        results[label] = {"names": len(names), "top1": share(ranks < 1), "top5": share(ranks < 5)}
        if label == "all":
            results["sides"] = by_side(ranks, asked, composer.size)
            results["worst"] = worst(ranks, scores, asked, names, composer)
    return results


def by_side(ranks, scenes, size):
    """Top-1 by the object's side, in pixels of a scene of 112."""
    sides = np.array([s.items[0].side for s in scenes]) * 112 / size
    inside = {f"{a} to {b - 1}": (sides >= a) & (sides < b) for a, b in SIDES}
    return {label: share(ranks[chosen] < 1) for label, chosen in inside.items() if chosen.any()}


def worst(ranks, scores, scenes, names, composer, count=10):
    """The glyphs named worst: [glyph, right answers, scenes, wrong answers]."""
    answers = {}
    for rank, column, scene in zip(ranks, scores.argmax(1).tolist(), scenes):
        answers.setdefault(scene.items[0].glyph, []).append(None if rank == 0 else names[column])
    order = sorted(answers, key=lambda g: (answers[g].count(None) - len(answers[g]), g))
    return [[composer.concepts[g].names[0], answers[g].count(None), len(answers[g]),
             sorted({a for a in answers[g] if a})] for g in order[:count]]


def retrieval(model, texts, pieces, composer, count):
    """The share of scenes whose own caption is the most similar of all, and what an oracle reaches."""
    scenes, captions = [], []
    for i in range(count):
        rng = np.random.default_rng((HELD_OUT, 2, i))
        scenes.append(composer.scene(rng))
        captions.append(caption(rng, scenes[-1], composer))
    similar = embed_pictures(model, scenes, pieces) @ embed_texts(model, texts.encode([c[0] for c in captions]), pieces).T
    hits = (similar.argmax(1) == torch.arange(count)).numpy()
    best = float(np.mean([oracle(scene, k, captions, composer) for k, scene in enumerate(scenes)]))
    found = share(hits)
    return {"retrieval": {"pairs": count, "r1": found, "oracle": round(best, 4), "share": round(found[0] / best, 4)}}


def oracle(scene, own, captions, composer):
    """How likely one finds a scene's own caption who sees the objects and backgrounds, but chooses by names alone.

    Of the captions that only speak of what is there, those that name most objects, and of these most backgrounds;
    one of them at random.
    """
    things = {n for item in scene.items for n in composer.concepts[item.glyph].names}
    grounds = {g.name for g in scene.grounds}

    def named(text, glyphs, backgrounds):
        """How much a caption names, or nothing if something of it is not in the scene."""
        fits = all(things & {*composer.concepts[g].names} for g in glyphs) and grounds >= {*backgrounds}
        return (len(glyphs), len(backgrounds)) if fits else (0, 0)

    scores = [named(*c) for c in captions]
    most = max(scores)
    return 1 / scores.count(most) if scores[own] == most else 0.0
