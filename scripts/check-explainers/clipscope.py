"""Runs clipscope on a generated script."""
import json

import measured


def literal(value):
    """A string, a number, or a list of them, as Clip writes it."""
    return json.dumps(value, ensure_ascii=False)


def script(checkpoint, picture, image, labels, cases):
    """A script that saves the map of every case as `<image>-<case>.npy`."""
    lines = [
        "clip 1",
        f"model = load({literal(str(checkpoint))})",
        f"picture = load({literal(str(picture))})",
        f"labels = {literal(labels)}",
    ]
    for name, options, _, _ in cases:
        given = ", ".join(f"{key}: {literal(value)}" for key, value in options.items())
        lines.append(
            f'save(gradcam(picture, model, labels, templates: none, fit: "squash", {given}).grid, '
            f'"{image}-{name}.npy")')
    return "\n".join(lines) + "\n"


def run(binary, code, folder):
    """Runs `code` in `folder`."""
    (folder / "check.clip").write_text(code)
    measured.run([binary, "run", "check.clip"], folder)
