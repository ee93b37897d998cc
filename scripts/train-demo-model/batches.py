"""Training data: the batch of a step depends on the run's seed and the step alone."""
from dataclasses import dataclass

import numpy as np
import torch

from scenes.captions import caption, prompt
from scenes.composer import Composer
from texts import Texts

# CLIP's mean and deviation of each channel, of values in 0…255.
MEAN = torch.tensor((0.48145466, 0.4578275, 0.40821073)) * 255
DEVIATION = torch.tensor((0.26862954, 0.26130258, 0.27577711)) * 255
# An object's and a background's weight among the right answers to a picture.
OBJECT, GROUND = 1.0, 0.35
# How much likelier a patch with an object in it is kept than another.
OBJECT_PATCH = 3.0


@dataclass
class Batch:
    """B scenes of which n patches are kept, and P prompts.

    patches uint8 [B, n, 3·p·p] (channel, row, column), places int64 [B, n] in the grid, captions int64
    [B, context], prompts int64 [P, context], prompt_names int64 [P] in the vocabulary, targets float [B, names].
    """

    patches: torch.Tensor
    places: torch.Tensor
    captions: torch.Tensor
    prompts: torch.Tensor
    prompt_names: torch.Tensor
    targets: torch.Tensor


def cut(pixels, patch):
    """Pictures as patches in the order of the grid: uint8 [B, S, S, 3] → [B, n, 3·p·p] (channel, row, column)."""
    batch, side = pixels.shape[0], pixels.shape[1] // patch
    grid = pixels.reshape(batch, side, patch, side, patch, 3)
    return grid.transpose(0, 1, 3, 5, 2, 4).reshape(batch, side * side, 3 * patch * patch)


def normalize(patches):
    """uint8 [B, n, 3·p·p] → float."""
    batch, n, values = patches.shape
    channels = patches.view(batch, n, 3, values // 3).float()
    return ((channels - MEAN[:, None]) / DEVIATION[:, None]).view(batch, n, values)


class Batches(torch.utils.data.Dataset):
    """`Batches(…)[step]` is the batch of a step; `keep(step)` says how many patches it keeps."""

    def __init__(self, seed, size, prompts, keep, shape):
        self.seed, self.size, self.prompts, self.keep, self.shape = seed, size, prompts, keep, shape
        self.composer = None

    def __getitem__(self, step):
        if self.composer is None:  # once in each worker
            torch.set_num_threads(1)
            self.composer = Composer(self.shape.image)
            self.texts = Texts(self.composer.vocabulary, self.shape.context)
        rng = np.random.default_rng((self.seed, step))
        scenes = [self.composer.scene(rng) for _ in range(self.size)]
        captions = [caption(rng, scene, self.composer)[0] for scene in scenes]
        patches, places = self._patches(rng, scenes, self.keep(step))
        names = self.composer.vocabulary.names
        chosen = rng.permutation(len(names))[:self.prompts]
        prompts = [prompt(rng, names[i]) for i in chosen]
        arrays = (patches, places, self.texts.encode(captions), self.texts.encode(prompts), chosen,
                  targets(scenes, self.composer.vocabulary))
        return Batch(*map(torch.from_numpy, arrays))

    def _patches(self, rng, scenes, keep):
        """Patches kept at random, those with an object in them rather than others; all if keep is their number."""
        side = self.shape.patch
        patches = cut(np.stack([s.pixels for s in scenes]), side)
        if keep == self.shape.patches:
            return patches, np.tile(np.arange(keep), (len(scenes), 1))
        grid = self.shape.image // side
        owners = np.stack([s.owner for s in scenes]).reshape(len(scenes), grid, side, grid, side)
        occupied = owners.any((2, 4)).reshape(len(scenes), -1)
        # The smallest of exponential draws: sampling without replacement in proportion to the weights.
        draws = rng.exponential(size=occupied.shape) / np.where(occupied, OBJECT_PATCH, 1.0)
        places = np.argpartition(draws, keep, axis=1)[:, :keep]
        return np.take_along_axis(patches, places[..., None], 1), places


def targets(scenes, vocabulary):
    """The share of each name in the right answers: each object and background shares its weight among its names."""
    out = np.zeros((len(scenes), len(vocabulary.names)), np.float32)
    for row, scene in zip(out, scenes):
        things = [(vocabulary.of_glyph[item.glyph], OBJECT) for item in scene.items]
        things += [(vocabulary.of_background[g.name], GROUND) for g in scene.grounds if g.name]
        for names, weight in things:
            row[names] += weight / len(names)
        row /= row.sum()
    return out
