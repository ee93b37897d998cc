"""Trains the built-in model on scenes of emoji, evaluates it and packs it.

    python scripts/train-demo-model train FOLDER [--steps N] [--seed N] [--threads N]
    python scripts/train-demo-model evaluate MODEL [--scenes N] [--pairs N] [--live] [--out FILE]
    python scripts/train-demo-model export STATE FOLDER [--live] [--evaluation FILE]
    python scripts/train-demo-model curve FOLDER FILE.csv
    python scripts/train-demo-model test

`train` goes on from the state in FOLDER, if there is one, as if it had never stopped. MODEL is a state.pt or a
.safetensors file. --live takes the last weights of a state rather than their average. See README.md.
"""
import argparse
import dataclasses
import json
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

from settings import Settings


def main():
    parser = argparse.ArgumentParser(prog="train-demo-model", description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("train", help="train, or go on training")
    command.add_argument("folder", type=pathlib.Path)
    command.add_argument("--steps", type=int, default=Settings.steps)
    command.add_argument("--seed", type=int, default=Settings.seed)
    command.add_argument("--threads", type=int, default=2)
    command = commands.add_parser("evaluate", help="measure on held-out scenes")
    command.add_argument("model", type=pathlib.Path)
    command.add_argument("--scenes", type=int, default=2000)
    command.add_argument("--pairs", type=int, default=500)
    command.add_argument("--live", action="store_true")
    command.add_argument("--threads", type=int, default=2)
    command.add_argument("--out", type=pathlib.Path)
    command = commands.add_parser("export", help="write weights, configuration and card")
    command.add_argument("state", type=pathlib.Path)
    command.add_argument("folder", type=pathlib.Path)
    command.add_argument("--live", action="store_true")
    command.add_argument("--evaluation", type=pathlib.Path)
    command = commands.add_parser("curve", help="write a run's losses and accuracy as a table")
    command.add_argument("folder", type=pathlib.Path)
    command.add_argument("out", type=pathlib.Path)
    commands.add_parser("test", help="check the program itself, in a minute")
    options = parser.parse_args()
    return {"train": run_train, "evaluate": run_evaluate, "export": run_export, "curve": run_curve,
            "test": run_test}[options.command](options)


def run_train(options):
    import train
    settings = train.prepare(dataclasses.replace(Settings(), steps=options.steps, seed=options.seed))
    train.train(settings, options.folder, threads=options.threads)


def run_evaluate(options):
    from checkpoint import from_openai, read_safetensors
    from evaluate import evaluate
    from export import read_state
    from parallel import Pieces, keep_memory
    from scenes.composer import Composer
    from texts import Texts

    keep_memory()
    texts, known = Texts(Composer().vocabulary, Settings.shape.context), None
    if options.model.suffix == ".safetensors":
        tensors, metadata = read_safetensors(options.model)
        model, known = from_openai(tensors, texts.tokens), set(json.loads(metadata["words"]))
    else:
        model, _, _ = read_state(options.model, averaged=not options.live)
    results = evaluate(model, texts, Pieces(options.threads), known, options.scenes, options.pairs)
    text = "\n".join(["{", ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in results.items()), "}"])
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf8")


def run_export(options):
    from export import export
    plain, packed = export(options.state, options.folder, not options.live, options.evaluation)
    print(f"{plain:,} bytes, packed {packed:,}")


def run_curve(options):
    from curve import write_table
    write_table(options.folder / "curve.jsonl", options.out)


def run_test(options):
    import unittest
    import tests
    outcome = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromModule(tests))
    return 0 if outcome.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
