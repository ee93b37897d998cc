"""The run: from a state to the next one, and to the end."""
import copy
import dataclasses
import json
import os
import pathlib
import time

import torch
import torch.nn.functional as F

from batches import Batches, normalize
from evaluate import Examiner
from model import CLIP
from optimizer import make_optimizers
from parallel import Pieces, keep_memory
from scenes.composer import Composer
from texts import Texts

PIECE = 32  # pictures or half as many texts that one thread takes at a time
LARGEST_SCALE = 100.0
HELPER_SCALE = 16.0


class Run:
    """Everything that a step changes; `state` and `restore` turn it into plain data and back."""

    def __init__(self, settings, threads=2):
        torch.manual_seed(settings.seed)
        torch.set_flush_denormal(True)
        self.settings, self.step = settings, 0
        self.model = CLIP(settings.shape)
        self.averaged = copy.deepcopy(self.model).requires_grad_(False)
        self.parameters = list(self.model.parameters())
        self.pieces = Pieces(threads)
        # The last embedding of each name: all of them are answers to choose from, a part is new at each step.
        names = len(Composer(settings.shape.image).vocabulary.names)
        self.bank = F.normalize(torch.randn(names, settings.shape.embedding), dim=-1)
        # Names without their texts: teaches the pictures' tower while the texts' knows little. Not exported.
        self.helper = torch.nn.Linear(settings.shape.embedding, names)
        self.optimizers = make_optimizers(self.model, self.helper)

    def state(self):
        return {"settings": dataclasses.asdict(self.settings), "step": self.step, "model": self.model.state_dict(),
                "averaged": self.averaged.state_dict(), "bank": self.bank, "helper": self.helper.state_dict(),
                "random": torch.get_rng_state(),
                "optimizers": [o.state_dict() for o in self.optimizers]}

    def restore(self, state):
        """Goes on from a state. Its run may have had another length, but nothing else may differ."""
        ours, theirs = (dict(s, steps=None) for s in (dataclasses.asdict(self.settings), state["settings"]))
        if ours != theirs:
            raise SystemExit(f"error: the state is of another run: {theirs}, not {ours}")
        self.step, self.bank = state["step"], state["bank"]
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self.helper.load_state_dict(state["helper"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(saved)
        torch.set_rng_state(state["random"])

    def learn(self, batch):
        """One step: the losses as numbers."""
        pictures, texts = self._embed(batch)
        z = torch.cat([p.detach() for p in pictures]).requires_grad_()
        e = torch.cat([t.detach() for t in texts]).requires_grad_()
        losses = self._losses(z, e, batch)
        for p in (*self.parameters, *self.helper.parameters()):
            p.grad = None
        sum(losses.values()).backward()  # reaches z, e, the scale and the helper
        gradients = [*z.grad.split([len(p) for p in pictures]), *e.grad.split([len(t) for t in texts])]
        towers = [p for p in self.parameters if p is not self.model.logit_scale]
        self.pieces.backward([*pictures, *texts], gradients, towers)
        self._update()
        with torch.no_grad():
            self.bank[batch.prompt_names] = e[len(z):]
        return {**{k: v.item() for k, v in losses.items()}, "scale": self.model.logit_scale.exp().item()}

    def _embed(self, batch):
        """Embeddings of pictures and of texts (captions, then prompts) in pieces."""
        def picture(part):
            return lambda: self.model.image(normalize(batch.patches[part]), batch.places[part])

        def text(ids):
            return lambda: self.model.text(ids, pieces=2)

        parts = torch.arange(len(batch.patches)).split(PIECE)
        ids = [*batch.captions.split(2 * PIECE), *batch.prompts.split(2 * PIECE)]
        results = self.pieces.forward([picture(p) for p in parts] + [text(i) for i in ids])
        return results[:len(parts)], results[len(parts):]

    def _losses(self, z, e, batch):
        """CLIP's loss over pictures and captions; each picture's cross-entropy against all names, and the helper's."""
        scale = self.model.logit_scale.exp()
        pairs = scale * z @ e[:len(z)].T
        diagonal = torch.arange(len(z))
        contrast = (F.cross_entropy(pairs, diagonal) + F.cross_entropy(pairs.T, diagonal)) / 2
        names = self.bank.index_put((batch.prompt_names,), e[len(z):])
        return {"contrast": contrast, "naming": F.cross_entropy(scale * z @ names.T, batch.targets),
                "helper": F.cross_entropy(self.helper(HELPER_SCALE * z), batch.targets)}

    def _update(self):
        rate, share = self.settings.rate_at(self.step), self.settings.average_at(self.step)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, torch.tensor(LARGEST_SCALE).log())
            torch._foreach_lerp_(list(self.averaged.parameters()), self.parameters, 1 - share)
        self.step += 1


def prepare(settings):
    """The settings with the number of tokens that their texts use."""
    vocabulary = Composer(settings.shape.image).vocabulary
    tokens = len(Texts(vocabulary, settings.shape.context).tokens)
    return dataclasses.replace(settings, shape=dataclasses.replace(settings.shape, tokens=tokens))


def feed(settings, first, last):
    """The batches of steps first…last − 1, made ahead by a process of its own.

    The loader draws from a generator of its own, so that it leaves the run's random state alone.
    """
    data = Batches(settings.seed, settings.batch, settings.prompts, settings.keep, settings.shape)
    return torch.utils.data.DataLoader(data, batch_size=None, sampler=range(first, last), num_workers=1,
                                       prefetch_factor=4, collate_fn=_as_is, generator=torch.Generator())


def _as_is(batch):
    return batch


def save(state, path):
    """Writes a state so that there is always a whole one, even if the machine stops."""
    new = path.with_suffix(".new")
    with open(new, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def train(settings, folder, save_seconds=240, log_every=10, examine_every=250, threads=2):
    """Trains to the end of the run; `folder` gets state.pt and curve.jsonl, and goes on from a state in it.

    What it writes, and how often, has no influence on what it learns.
    """
    keep_memory()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "state.pt"
    run = Run(settings, threads)
    if path.exists():
        run.restore(torch.load(path, weights_only=True))
    examiner = Examiner(settings.shape)
    with open(folder / "curve.jsonl", "a", encoding="utf8") as curve:
        def log(**values):
            print(json.dumps(values), file=curve, flush=True)

        log(event="start", step=run.step, steps=settings.steps, torch=torch.__version__, time=round(time.time()))
        saved = wall = time.time()
        processor = time.process_time()
        for batch in feed(settings, run.step, settings.steps):
            losses = run.learn(batch)
            if run.step % log_every == 0:
                seconds = (time.time() - wall) / log_every, (time.process_time() - processor) / log_every
                log(step=run.step, seconds=round(seconds[0], 3), processor=round(seconds[1], 3),
                    **{k: round(v, 4) for k, v in losses.items()})
                wall, processor = time.time(), time.process_time()
            if time.time() - saved > save_seconds or run.step == settings.steps:
                save(run.state(), path)
                saved = time.time()
            if run.step % examine_every == 0 or run.step == settings.steps:
                log(event="examined", step=run.step, **examiner.examine(run.averaged, run.pieces))
    return run
