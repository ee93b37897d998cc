"""Checks the reference numbers of the measures against other people's programs.

    python scripts/check-measures            computes them again and compares with the file in the tests
    python scripts/check-measures --write    writes that file

Tests/EvaluationTests/Fixtures/measures.json holds small seeded inputs and what scikit-learn, torchmetrics,
pycocotools and SciPy say about them (numpy where none of them knows the measure); ReferenceTests compare the
measures with it, without Python. Run this where a measure or the inputs change.

The packages of requirements.txt are installed into .build-measures on first use; --here uses the interpreter as
it is. Not part of scripts/test. Exit: 0 all agree, 1 some do not, 2 wrong usage.
"""
import argparse
import json
import pathlib
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
FIXTURE = REPOSITORY / "Tests/EvaluationTests/Fixtures/measures.json"
VENV = REPOSITORY / ".build-measures"
TOLERANCE = 1e-9


def prepared():
    """The interpreter of an environment that has the packages; made where it is not there."""
    python = VENV / "bin/python"
    mark = VENV / "requirements.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if not (mark.is_file() and mark.read_text() == wanted):
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", HERE / "requirements.txt"], check=True)
        mark.write_text(wanted)
    return python


def differences(found, kept, path=""):
    """Where two trees of values differ: paths with both values."""
    if isinstance(found, dict) and isinstance(kept, dict):
        for name in sorted(found.keys() | kept.keys()):
            yield from differences(found.get(name), kept.get(name), f"{path}/{name}")
    elif isinstance(found, list) and isinstance(kept, list) and len(found) == len(kept):
        for place, pair in enumerate(zip(found, kept)):
            yield from differences(*pair, f"{path}/{place}")
    elif isinstance(found, float) and isinstance(kept, (int, float)):
        if abs(found - kept) > TOLERANCE * max(1, abs(kept)):
            yield path, found, kept
    elif found != kept:
        yield path, found, kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--here", action="store_true")
    options = parser.parse_args()
    if not options.here:
        return subprocess.run([prepared(), HERE, "--here"] + ["--write"] * options.write).returncode

    import reference
    found = json.loads(json.dumps(reference.everything()))
    if options.write:
        FIXTURE.parent.mkdir(parents=True, exist_ok=True)
        groups = [f"  {json.dumps(name)}: [\n    " + ",\n    ".join(json.dumps(case) for case in cases) + "\n  ]"
                  for name, cases in found.items()]
        FIXTURE.write_text("{\n" + ",\n".join(groups) + "\n}\n")
        print(f"{FIXTURE.relative_to(REPOSITORY)}: {sum(map(len, found.values()))} cases")
        return 0
    kept = json.loads(FIXTURE.read_text())
    wrong = 0
    for name in sorted(found.keys() | kept.keys()):
        others = list(differences(found.get(name), kept.get(name), name))
        wrong += len(others)
        print(f"{name:<14} {len(found.get(name, [])):>3} cases {'agree' if not others else 'DISAGREE'}")
        for path, mine, theirs in others[:5]:
            print(f"    {path}: computed {mine}, in the file {theirs}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
