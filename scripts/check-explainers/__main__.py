"""Checks the sampling explainers against small independent programs in PyTorch.

    python scripts/check-explainers                      about 15 minutes on two cores
    python scripts/check-explainers --clipscope PATH     another binary than .build/release/clipscope
    python scripts/check-explainers --image coffee       one of the two photos
    python scripts/check-explainers --arrays FOLDER      arrays made before, <image>-<case>.npy, no binary

RISE, M2IB and gradients of the input on the small reference ViT (Tests/Golden/tiny-vit) and the two
photos beside it. What does not depend on random numbers is compared by max|a − b| / max|b| (limit
1e-4). What does is computed by both programs from numbers of their own, so many that each has settled, and
compared by Spearman's rank correlation over a map's 16 patches (limit 0.95 for every text) and by the
distance in units of the map's range.

Needs an interpreter with torch and numpy:

    python3 -m venv venv && venv/bin/pip install torch numpy
    venv/bin/python scripts/check-explainers

Not part of scripts/test. Exit: 0 all agree, 1 some do not, 2 wrong usage.
"""
import argparse
import pathlib
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import numpy as np  # noqa: E402
import torch  # noqa: E402

import clipscope  # noqa: E402
import measured  # noqa: E402
import reference  # noqa: E402

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = REPOSITORY / "Tests/Golden"
IMAGES = ["cat", "coffee"]
LABELS = ["cat", "cup", "table", "person", "grass", "potted plant"]
CORRELATION = 0.95
TOLERANCE = 1e-4

# Name, options of `gradcam`, the reference, whether random numbers decide.
CASES = [
    ("rise", {"method": "rise", "samples": 20000, "settle": 0},
     lambda *a: reference.rise(*a, samples=20000), True),
    ("rise-cells", {"method": "rise", "samples": 20000, "settle": 0, "cells": 4, "visible": 0.3},
     lambda *a: reference.rise(*a, samples=20000, cells=4, visible=0.3), True),
    ("m2ib", {"method": "m2ib", "samples": 200},
     lambda *a: reference.m2ib(*a, samples=200, layer=7), True),
    # With 200 samples the reference agrees with itself, with another seed, in 0.95 only (six texts, the least).
    ("m2ib-layer", {"method": "m2ib", "samples": 1000, "layer": 4, "beta": 1, "steps": 15, "rate": 0.5},
     lambda *a: reference.m2ib(*a, samples=1000, layer=4, beta=1, steps=15, rate=0.5), True),
    ("input-gradient", {"method": "input-gradient"}, reference.input_gradient, False),
    ("smoothed", {"method": "input-gradient", "smooth": 300},
     lambda *a: reference.smoothed(*a, copies=300), True),
    ("integrated", {"method": "input-gradient", "integrate": 50},
     lambda *a: reference.integrated(*a, steps=50), False),
]


def ranks(values):
    """The place of each value in order; no two of these are equal."""
    places = np.empty(values.size)
    places[np.argsort(values.ravel())] = np.arange(values.size)
    return places


def spearman(a, b):
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def compare(found, expected, is_random):
    """(least correlation, largest error, whether that is good enough)."""
    if found.shape != expected.shape or not np.isfinite(found).all():
        return float("nan"), float("inf"), False
    correlation = min(spearman(a, b) for a, b in zip(found, expected))
    if is_random:
        error = max(float(np.abs(a - b).max() / np.ptp(b)) for a, b in zip(found, expected))
        return correlation, error, correlation >= CORRELATION
    error = float(np.abs(found - expected).max() / np.abs(expected).max())
    return correlation, error, error <= TOLERANCE


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="CASE")
    parser.add_argument("--clipscope", default=str(REPOSITORY / ".build/release/clipscope"))
    parser.add_argument("--arrays", default=None, type=pathlib.Path)
    parser.add_argument("--image", choices=IMAGES, help="only this photo (both otherwise)")
    options = parser.parse_args()
    known = [case[0] for case in CASES]
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    cases = [case for case in CASES if not options.names or case[0] in options.names]
    if options.arrays is None and not pathlib.Path(options.clipscope).is_file():
        parser.error(f"{options.clipscope} does not exist; build it with scripts/build")

    model = GOLDEN / "tiny-vit/openai_jit.pt"
    tower = reference.Tower(str(model))
    texts = torch.from_numpy(np.load(GOLDEN / "tiny-vit/golden/text_features.npy")).float()
    texts = torch.nn.functional.normalize(texts, dim=-1)
    layout = "{:<16} {:<8} {:>12} {:>9}  {}"
    print(layout.format("case", "image", "correlation", "error", ""))
    failed = False
    for image in [options.image] if options.image else IMAGES:
        pixels = torch.from_numpy(np.load(GOLDEN / f"tiny-vit/golden/{image}/squash.npy")).float()
        pixels = pixels.reshape(pixels.shape[-3:])
        with tempfile.TemporaryDirectory(prefix="check-explainers-") as folder:
            arrays = options.arrays
            if arrays is None:
                arrays = pathlib.Path(folder)
                script = clipscope.script(model, GOLDEN / f"images/{image}.png", image, LABELS, cases)
                try:
                    clipscope.run(options.clipscope, script, arrays)
                except measured.Failed as error:
                    print(f"{image} FAILED: {error}")
                    return 1
            for name, _, computed, is_random in cases:
                expected = computed(tower, pixels, texts).double().numpy()
                found = np.load(arrays / f"{image}-{name}.npy").astype(float)
                correlation, error, is_good = compare(found, expected, is_random)
                failed = failed or not is_good
                print(layout.format(
                    name, image, f"{correlation:.3f}", f"{error:.1e}", "" if is_good else "DISAGREES"
                ).rstrip(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
