"""Packs a state as the files that ship: weights, configuration, card."""
import gzip
import hashlib
import json
import pathlib

import torch

from card import card
from checkpoint import safetensors_bytes, to_openai
from curve import lengths
from model import CLIP, Shape
from scenes.composer import Composer
from scenes.concepts import SOURCES, TABLE
from scenes.glyphs import FONT
from settings import Settings
from texts import Texts

NAME = "emoji-clip"


def read_state(path, averaged=True):
    """(model, settings, step) of a state; by default the averaged weights."""
    state = torch.load(path, weights_only=True)
    settings = Settings(**{**state["settings"], "shape": Shape(**state["settings"]["shape"])})
    model = CLIP(settings.shape)
    model.load_state_dict(state["averaged" if averaged else "model"])
    return model, settings, state["step"]


def metadata(settings, step, texts, history=""):
    """What the file says of itself; the same for the same run and data. `history`: see `curve.lengths`."""
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (pathlib.Path(FONT), TABLE)}
    return {
        "format": "openai-clip", "activation": "quick_gelu", "image_size": str(settings.shape.image),
        "words": json.dumps(texts.words, ensure_ascii=False),
        "training": f"seed {settings.seed}, {step} of {settings.steps} steps of {settings.batch} scenes. {history}".strip(),
        "data": json.dumps({"sources": SOURCES, "sha256": hashes}, ensure_ascii=False),
        "licences": "weights Apache-2.0; glyphs they were trained on: Noto Color Emoji, OFL-1.1; "
                    "names: Unicode emoji data and CLDR, Unicode-3.0",
    }


def configuration(shape):
    """The shape as open_clip says it."""
    return {
        "model_cfg": {
            "embed_dim": shape.embedding, "quick_gelu": True,
            "vision_cfg": {"image_size": shape.image, "layers": shape.blocks, "width": shape.width,
                           "patch_size": shape.patch},
            "text_cfg": {"context_length": shape.context, "vocab_size": 49408, "width": shape.text_width,
                         "heads": shape.text_width // 64, "layers": shape.text_blocks},
        },
        "preprocess_cfg": {"mean": [0.48145466, 0.4578275, 0.40821073], "std": [0.26862954, 0.26130258, 0.27577711]},
    }


def packed(data):
    """gzip as `gzip -9n` packs: no name, no time."""
    return gzip.compress(data, compresslevel=9, mtime=0)


def export(path, folder, averaged=True, evaluation=None):
    """Writes the files below a folder and returns the sizes of the plain and the packed weights in bytes.

    `evaluation` is what `evaluate` wrote; with it, the card is written too.
    """
    model, settings, step = read_state(path, averaged)
    texts = Texts(Composer(settings.shape.image).vocabulary, settings.shape.context)
    curve = path.with_name("curve.jsonl")
    history = lengths(curve) if curve.exists() else ""
    data = safetensors_bytes(to_openai(model, texts.tokens), metadata(settings, step, texts, history))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.safetensors").write_bytes(data)
    (folder / f"{NAME}.safetensors.gz").write_bytes(packed(data))
    config = json.dumps(configuration(settings.shape), indent=2) + "\n"
    (folder / "open_clip_config.json").write_text(config, encoding="utf8")
    if evaluation:
        text = card(settings, step, texts, json.loads(evaluation.read_text()), curve)
        (folder / f"{NAME}.md").write_text(text, encoding="utf8")
    return len(data), len(packed(data))
