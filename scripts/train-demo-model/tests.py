"""What must hold of training, export and scenes, on a model of a few thousand weights."""
import dataclasses
import gzip
import json
import pathlib
import tempfile
import unittest

import numpy as np
import torch

import train
from batches import Batches, cut
from checkpoint import QUICK, from_openai, read_safetensors, to_openai
from evaluate import embed_pictures, embed_texts, share
from export import export
from model import Shape
from parallel import Pieces
from scenes.backgrounds import Backgrounds
from scenes.captions import caption, caption_words
from scenes.colours import NAMES as COLOURS
from scenes.composer import Composer
from scenes.disk import write_scenes
from scenes.templates import TEMPLATES
from settings import Settings
from texts import Texts

TINY = train.prepare(Settings(
    steps=4, batch=12, prompts=8, warmup=2, stages=((0.5, 48), (1.0, 196)),
    shape=Shape(width=64, blocks=1, text_width=64, text_blocks=1, embedding=64)))


def run(folder, until=None, settings=TINY, threads=2):
    """Trains in a folder, as if the machine had stopped after some steps if told so."""
    stopped = dataclasses.replace(settings)
    original = train.feed
    try:
        if until:
            train.feed = lambda s, first, last: original(s, first, until)
        result = train.train(stopped, folder, examine_every=100, threads=threads)
    finally:
        train.feed = original
    if until:
        train.save(result.state(), pathlib.Path(folder) / "state.pt")
    return result.state()


def flat(state):
    """All tensors of a state by their path in it."""
    if isinstance(state, torch.Tensor):
        return {"": state}
    pairs = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, (list, tuple)) else ()
    return {f"{k}/{path}": t for k, part in pairs for path, t in flat(part).items()}


class Training(unittest.TestCase):
    def test_a_resumed_run_equals_an_uninterrupted_one(self):
        with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
            whole = flat(run(a))
            run(b, until=2)
            halves = flat(run(b))
            self.assertEqual(whole.keys(), halves.keys())
            self.assertGreater(len(whole), 100)
            for name, value in whole.items():
                self.assertTrue(torch.equal(value, halves[name]), name)

    def test_threads_do_not_change_results(self):
        with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
            one, two = flat(run(a, threads=1)), flat(run(b, threads=2))
            for name, value in one.items():
                self.assertTrue(torch.equal(value, two[name]), name)

    def test_a_state_of_another_run_is_refused(self):
        with tempfile.TemporaryDirectory() as a:
            run(a, until=1)
            with self.assertRaises(SystemExit):
                run(a, settings=dataclasses.replace(TINY, seed=2))

    def test_batches_depend_on_seed_and_step(self):
        def batch(seed, step):
            return Batches(seed, 4, 8, lambda step: 48, TINY.shape)[step]

        a, b = batch(3, 7), batch(3, 7)
        for field in dataclasses.fields(a):
            self.assertTrue(torch.equal(getattr(a, field.name), getattr(b, field.name)), field.name)
        self.assertFalse(torch.equal(a.patches, batch(3, 8).patches))
        self.assertFalse(torch.equal(a.patches, batch(4, 7).patches))

    def test_targets_are_shares(self):
        batch = Batches(3, 8, 8, lambda step: 48, TINY.shape)[0]
        self.assertTrue(torch.allclose(batch.targets.sum(1), torch.ones(8)))


class Export(unittest.TestCase):
    def test_bytes_are_the_same_each_time(self):
        with tempfile.TemporaryDirectory() as a:
            folder = pathlib.Path(a)
            run(folder, until=1)
            for name in "bc":
                export(folder / "state.pt", folder / name)
            for name in ("emoji-clip.safetensors", "emoji-clip.safetensors.gz", "open_clip_config.json"):
                self.assertEqual((folder / "b" / name).read_bytes(), (folder / "c" / name).read_bytes())
            plain = (folder / "b/emoji-clip.safetensors").read_bytes()
            self.assertEqual(plain, gzip.decompress((folder / "b/emoji-clip.safetensors.gz").read_bytes()))

    def test_the_file_computes_what_the_model_does(self):
        with tempfile.TemporaryDirectory() as a:
            folder = pathlib.Path(a)
            state = run(folder, until=2)
            export(folder / "state.pt", folder)
            tensors, metadata = read_safetensors(folder / "emoji-clip.safetensors")
            texts, pieces = Texts(Composer().vocabulary, 32), Pieces(1)
            model = train.CLIP(TINY.shape)
            model.load_state_dict(state["averaged"])
            read = from_openai(tensors, texts.tokens)
            self.assertEqual(read.shape, TINY.shape)
            scenes = [Composer().scene(np.random.default_rng(0))]
            rows = texts.encode(["a photo of a dog", "cat"])
            for compute, given in ((embed_pictures, scenes), (embed_texts, rows)):
                a, b = (compute(m, given, pieces) for m in (model, read))
                self.assertLess((a - b).abs().max().item(), 2e-3)  # half precision
            self.assertEqual(json.loads(metadata["words"]), texts.words)

    def test_unused_tokens_are_positive_zeros(self):
        texts = Texts(Composer().vocabulary, 32)
        table = to_openai(train.CLIP(TINY.shape), texts.tokens)["token_embedding.weight"]
        unused = np.setdiff1d(np.arange(len(table)), texts.tokens)
        self.assertFalse(table[unused].view(np.uint16).any())
        self.assertTrue(table[texts.tokens].any(1).all())

    def test_silu_of_the_model_is_quick_gelu_of_the_file(self):
        x = torch.linspace(-6, 6, 101)
        quick = x * torch.sigmoid(QUICK * x)
        self.assertTrue(torch.allclose(torch.nn.functional.silu(QUICK * x) / QUICK, quick, atol=1e-6))


class Scenes(unittest.TestCase):
    def test_seeded_scenes_are_the_same_files(self):
        with tempfile.TemporaryDirectory() as a, tempfile.TemporaryDirectory() as b:
            folders = [pathlib.Path(a), pathlib.Path(b)]
            for folder in folders:
                write_scenes(folder, 4, 5, Composer(96))
            files = [sorted(p.relative_to(f) for p in f.rglob("*") if p.is_file()) for f in folders]
            self.assertEqual(len(files[0]), 13)
            self.assertEqual(*files)
            for name in files[0]:
                self.assertEqual(*((f / name).read_bytes() for f in folders))

    def test_masks_are_where_the_glyph_is_and_nowhere_else(self):
        """An object has a pixel where at most half of the background shines through: seen on black and on white."""
        composers = [Raw(112, value) for value in (0, 255)]
        for seed in range(30):
            black, white = (c.scene(np.random.default_rng(seed), objects=1) for c in composers)
            self.assertTrue((black.owner == white.owner).all())
            through = (white.pixels.astype(int) - black.pixels).max(-1)
            solid = black.mask(0)
            self.assertLessEqual(through[solid].max(), 127)
            self.assertGreaterEqual(through[~solid].min(), 126)

    def test_masks_are_apart_and_complete(self):
        composer = Composer(112)
        for seed in range(20):
            scene = composer.scene(np.random.default_rng(seed))
            masks = [scene.mask(k) for k in range(len(scene.items))]
            masks += [scene.ground_mask(k) for k in range(len(scene.grounds))]
            self.assertTrue((np.sum(masks, 0) == 1).all())
            self.assertTrue(all(scene.mask(k).any() for k in range(len(scene.items))))

    def test_cut_keeps_every_pixel_in_its_place(self):
        picture = np.arange(16 * 16 * 3, dtype=np.int64).reshape(1, 16, 16, 3)
        patches = cut(picture, 8).reshape(2, 2, 3, 8, 8)
        self.assertEqual(patches[1, 0, 2, 3, 4], picture[0, 8 + 3, 4, 2])

    def test_texts_are_known(self):
        """Every caption and prompt is made of tokens of the table, and fits."""
        composer = Composer()
        texts = Texts(composer.vocabulary, 32)
        for seed in range(300):
            rng = np.random.default_rng(seed)
            text, _, _ = caption(rng, composer.scene(rng), composer)
            self.assertLessEqual(len(texts.tokenizer.encode(text)), 32, text)
            texts.encode([text])
        texts.encode([t.format(n) for t in TEMPLATES for n in composer.vocabulary.names])
        self.assertLessEqual({*caption_words(), *COLOURS, *composer.vocabulary.names}, {*texts.words})

    def test_wilson(self):
        self.assertEqual(share(np.array([True] * 8 + [False] * 2)), (0.8, 0.4902, 0.9433))


class Plain(Backgrounds):
    """Backgrounds of one gray that draw as many random numbers as any."""

    def __init__(self, size, value):
        super().__init__(size)
        self.value = value

    def draw(self, rng, height, width, name):
        picture, colour = super().draw(rng, height, width, name)
        return np.full_like(picture, self.value), colour


class Raw(Composer):
    """Scenes as they are before light, noise and blur."""

    def __init__(self, size, value):
        super().__init__(size)
        self.backgrounds = Plain(size, value)

    def _develop(self, rng, pixels):
        return pixels
