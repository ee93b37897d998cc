"""Checks clipscope against PyTorch on the published CLIP shapes, with random weights.

    python scripts/check-models                       every model, about 20 minutes on two cores
    python scripts/check-models RN50 ViT-B/16         some of them
    python scripts/check-models --list
    python scripts/check-models --clipscope PATH      another binary than .build/release/clipscope
    python scripts/check-models --folder FOLDER       where the checkpoints go, one at a time (up to 3 GB)

For each model: seeded random weights in a format users hold, the image embedding of
Tests/Golden/images/cat.png and some text embeddings by PyTorch in float32 and by clipscope, and for
two models the features and maps of CLIP Surgery. An error is max|a − b| / max|b|; the limit is 1e-4.

Needs an interpreter with torch, open_clip_torch, transformers, safetensors, numpy and pillow:

    python3 -m venv venv && venv/bin/pip install torch open_clip_torch transformers safetensors pillow
    venv/bin/python scripts/check-models

Not part of scripts/test. Exit: 0 all agree, 1 some do not, 2 wrong usage.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import warnings

warnings.filterwarnings("ignore")
sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

import numpy as np  # noqa: E402

import clipscope  # noqa: E402
import measured  # noqa: E402
import models  # noqa: E402
import reference  # noqa: E402

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PICTURE = REPOSITORY / "Tests/Golden/images/cat.png"
TOLERANCE = 1e-4
PROMPTS = [
    "a photo of a cat.",
    "two cups of coffee on a wooden table, seen from above, in the morning light",
    "",
    "a cropped photo of the potted plant.",
    "Whiskers!",
]
LABELS = ["cat", "cup of coffee", "potted plant", "sky"]


def relative_error(found, expected):
    """max|a − b| / max|b|; infinite where shapes differ or anything is not finite."""
    if found.shape != expected.shape or not np.isfinite(found).all():
        return float("inf")
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def row_errors(found, expected):
    """The largest relative error of any one row, so that a small row cannot hide behind a large one."""
    if found.shape != expected.shape:
        return float("inf")
    return max(relative_error(a, b) for a, b in zip(found, expected))


def check(entry, binary, folder):
    """Makes, runs and compares one model. Gives the cells of its row and its largest error."""
    made = models.make(entry, folder)
    pictures = reference.crop(PICTURE, made.size)
    expected_image = reference.image_embedding(made, pictures)
    expected_texts = reference.text_embeddings(made, PROMPTS)
    surgeries = []
    for size in entry.surgery_sizes:
        squashed = reference.squash(PICTURE, size)
        vectors = reference.normalize(
            reference.text_embeddings(made, [f"a photo of a {label}." for label in LABELS]))
        for class_token in ["native", "released"] if made.is_resnet else ["native"]:
            features = reference.surgery_features(made, squashed, class_token)
            grid = reference.surgery_grid(features, vectors, squashed.shape, made.stride)
            surgeries.append((size, class_token, features, grid))
    weights, path = made.weights, made.path
    del made

    code = clipscope.script(path, PICTURE, PROMPTS, LABELS, surgeries)
    run = clipscope.run(binary, code, folder)
    image_error = relative_error(run.array("image"), expected_image)
    text_error = row_errors(run.array("texts"), expected_texts)
    notes, worst = [], max(image_error, text_error)
    for index, (size, class_token, features, grid) in enumerate(surgeries):
        errors = [
            row_errors(run.array(f"features{index}"), features),
            relative_error(run.array(f"grid{index}"), grid),
        ]
        worst = max(worst, *errors)
        notes.append((size, class_token, *errors))
    row = [
        entry.name, f"{weights / 1e6:.1f} M", entry.format, f"{image_error:.1e}",
        f"{text_error:.1e}", f"{run.seconds:.1f} s", f"{run.peak_bytes / 1e6:.0f} MB",
        "" if worst <= TOLERANCE else "DISAGREES",
    ]
    return row, notes, worst


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--clipscope", default=str(REPOSITORY / ".build/release/clipscope"))
    parser.add_argument("--folder", default=None)
    options = parser.parse_args()
    if options.list:
        print("\n".join(entry.name for entry in models.ENTRIES))
        return 0
    known = {entry.name: entry for entry in models.ENTRIES}
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    entries = [known[name] for name in options.names] or models.ENTRIES
    if not pathlib.Path(options.clipscope).is_file():
        parser.error(f"{options.clipscope} does not exist; build it with scripts/build")

    layout = "{:<22} {:>9}  {:<34} {:>8} {:>8} {:>8} {:>9}  {}"
    print(layout.format("model", "weights", "format", "image", "text", "time", "peak", ""))
    surgeries, failed = [], []
    for entry in entries:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="check-models-", dir=options.folder))
        try:
            row, notes, worst = check(entry, options.clipscope, folder)
            print(layout.format(*row).rstrip(), flush=True)
            surgeries += [(entry.name, *note) for note in notes]
            if not worst <= TOLERANCE:
                failed.append(entry.name)
        except (measured.Failed, MemoryError) as error:
            print(f"{entry.name:<22} FAILED: {error}", flush=True)
            failed.append(entry.name)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    if surgeries:
        print("\nCLIP Surgery            size  class token  features   grid of labels")
        for name, size, class_token, features, grid in surgeries:
            print(f"{name:<22} {size:>5}  {class_token:<11} {features:>9.1e}  {grid:>9.1e}")
    print(f"\n{len(entries) - len(failed)} of {len(entries)} agree within {TOLERANCE:g}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
