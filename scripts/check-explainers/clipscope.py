"""The script that clipscope runs."""
from scripted import literal, opening, run  # noqa: F401


def script(checkpoint, picture, image, labels, cases):
    """A script that saves the map of every case as `<image>-<case>.npy`."""
    lines = opening(checkpoint, picture) + [f"labels = {literal(labels)}"]
    for name, options, _, _ in cases:
        given = ", ".join(f"{key}: {literal(value)}" for key, value in options.items())
        lines.append(
            f'save(gradcam(picture, model, labels, templates: none, fit: "squash", {given}).grid, '
            f'"{image}-{name}.npy")')
    return "\n".join(lines) + "\n"
