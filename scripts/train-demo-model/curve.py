"""What a run's curve.jsonl says: its entries, and a table of them for charts."""
import csv
import json


def entries(path):
    return [json.loads(line) for line in path.read_text(encoding="utf8").splitlines()]


def lengths(path):
    """A sentence on a run whose length was changed while it went; empty for others."""
    starts = [e for e in entries(path) if e.get("event") == "start"]
    changes = [(after["step"], before["steps"]) for before, after in zip(starts, starts[1:])
               if after["steps"] != before["steps"]]
    if not changes:
        return ""
    parts = ", ".join(f"{steps:,} until step {step:,}" for step, steps in changes)
    return f"How long the run was to be was changed on the way: {parts}. "


def processor_hours(path):
    """The hours that all steps of a curve took on processors, repeated ones too, without making scenes."""
    steps = [e for e in entries(path) if "processor" in e]
    every = steps[1]["step"] - steps[0]["step"] if len(steps) > 1 else 1
    return sum(e["processor"] for e in steps) * every / 3600


def write_table(path, out):
    """A CSV with a row for each number: step, what, value. Of steps that were repeated the last counts."""
    rows = {}
    for entry in entries(path):
        for what in ("contrast", "naming", "top1", "top5", "processor"):
            if what in entry:
                rows[entry["step"], what] = entry[what]
    with open(out, "w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("step", "what", "value"))
        writer.writerows((step, what, value) for (step, what), value in sorted(rows.items()))
