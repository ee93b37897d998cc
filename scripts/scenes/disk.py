"""Scenes as files: pictures, indexed masks, and a manifest of JSON lines."""
import json

import numpy as np
from PIL import Image

from .captions import caption
from .concepts import BACKGROUNDS

# Colours of mask indices: background black, then one colour an object or ground.
PALETTE = [0, 0, 0, 230, 60, 60, 60, 180, 75, 70, 100, 230, 240, 200, 40]


def write_scenes(folder, count, seed, composer, objects=None, asked=20):
    """Writes `count` scenes below a folder. Scene i depends on the seed, i and the options alone.

    `objects`: how many a scene may have, one of these at random; None as in training.
    `asked`: how many labels are to be asked for, those of the objects among them.
    """
    for name in ("images", "objects", "backgrounds"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with open(folder / "scenes.jsonl", "w", encoding="utf8") as manifest:
        manifest.write(json.dumps({"background": "background"}) + "\n")
        for i in range(count):
            rng = np.random.default_rng((seed, i))
            scene = composer.scene(rng, int(rng.choice(objects)) if objects else None)
            record = describe(scene, caption(rng, scene, composer)[0], f"{i:06d}", composer)
            record["ask"] = asked_labels(np.random.default_rng((seed, i, 1)), scene, asked, composer)
            Image.fromarray(scene.pixels).save(folder / record["image"])
            save_indexed(scene.owner, folder / record["mask"])
            save_indexed(ground_owner(scene), folder / record["backgrounds_mask"])
            manifest.write(json.dumps(record, ensure_ascii=False) + "\n")


def describe(scene, text, name, composer):
    """A scene's line in the manifest. Boxes are [left, top, right, bottom] in pixels, right and bottom outside."""
    objects = []
    for k, item in enumerate(scene.items):
        concept, mask = composer.concepts[item.glyph], scene.mask(k)
        objects.append({"index": k + 1, "glyph": concept.character, "label": concept.names[0],
                        "names": list(concept.names), "box": box(mask), "pixels": int(mask.sum())})
    grounds = []
    for k, ground in enumerate(scene.grounds):
        mask = scene.ground_mask(k)
        names = list(BACKGROUNDS[ground.name][0]) if ground.name else []
        grounds.append({"index": k + 1, "label": ground.name, "names": names, "colour": ground.colour,
                        "box": box(mask), "pixels": int(mask.sum())})
    return {"id": name, "image": f"images/{name}.png", "mask": f"objects/{name}.png",
            "classes": ["background"] + [item["label"] for item in objects],
            "backgrounds_mask": f"backgrounds/{name}.png", "size": len(scene.owner), "caption": text,
            "objects": objects, "backgrounds": grounds}


def asked_labels(rng, scene, count, composer):
    """The labels of a scene's objects among others, in random order: `count` of them.

    None of the others is a right name of an object that is there.
    """
    present = [composer.concepts[item.glyph] for item in scene.items]
    right = {name for concept in present for name in concept.names}
    others = [c.names[0] for c in composer.concepts if right.isdisjoint(c.names)]
    more = max(0, min(count - len(present), len(others)))
    labels = [c.names[0] for c in present] + [others[k] for k in rng.choice(len(others), more, replace=False)]
    return [labels[k] for k in rng.permutation(len(labels))]


def ground_owner(scene):
    """0 where an object shows, k + 1 where background k does: uint8 [S, S]."""
    owner = np.zeros(scene.owner.shape, np.uint8)
    for k in range(len(scene.grounds)):
        owner[scene.ground_mask(k)] = k + 1
    return owner


def box(mask):
    """The smallest box around what is set, or None where nothing is."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return None
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


def save_indexed(indices, path):
    """A PNG whose pixels are indices: 0 none, 1 the first object or background, and so on."""
    picture = Image.fromarray(indices).convert("P")
    picture.putdata(indices.ravel().tolist())
    picture.putpalette(PALETTE)
    picture.save(path)
