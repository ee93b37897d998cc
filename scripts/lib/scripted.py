"""Clip scripts that a program writes, and runs of them."""
import json

import measured


def literal(value):
    """A string, a number, or a list of them, as Clip writes it ({} in a prompt stays as it is)."""
    return json.dumps(value, ensure_ascii=False)


def opening(checkpoint, picture):
    """The lines that load `model` and `picture`."""
    return [
        "clip 1",
        f"model = load({literal(str(checkpoint))})",
        f"picture = load({literal(str(picture))})",
    ]


def run(binary, code, folder):
    """Runs `code` in `folder`; gives (seconds, peak bytes)."""
    (folder / "check.clip").write_text(code)
    seconds, peak, _ = measured.run([binary, "run", "check.clip"], folder)
    return seconds, peak
