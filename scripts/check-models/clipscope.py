"""Runs clipscope on a generated script, and measures it."""
import numpy as np
import scripted
from scripted import literal


class Run:
    """What a run took and left."""

    def __init__(self, folder, seconds, peak_bytes):
        self.folder, self.seconds, self.peak_bytes = folder, seconds, peak_bytes

    def array(self, name):
        """A saved array, without axes of length 1 in front."""
        array = np.load(self.folder / f"{name}.npy")
        return array[0] if array.ndim == 2 and array.shape[0] == 1 else array


def script(checkpoint, picture, prompts, labels, surgeries):
    """A script that saves the embeddings, and the features and grids of each surgery."""
    lines = scripted.opening(checkpoint, picture) + [
        'encode(picture, model, normalize: false) |> save("image.npy")',
        f'encode({literal(prompts)}, model, normalize: false) |> save("texts.npy")',
    ]
    for index, (size, class_token, _, _) in enumerate(surgeries):
        options = f'classToken: "{class_token}", size: {size}'
        lines.append(
            f'features(picture, model, path: "surgery", {options}) |> save("features{index}.npy")')
        lines.append(
            f'save(surgery(picture, model, {literal(labels)}, templates: "simple", {options}).grid, '
            f'"grid{index}.npy")')
    return "\n".join(lines) + "\n"


def run(binary, code, folder):
    """Runs `code` in `folder`."""
    seconds, peak = scripted.run(binary, code, folder)
    return Run(folder, seconds, peak)
