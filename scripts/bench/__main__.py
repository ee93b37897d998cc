"""Measures clipscope against PyTorch and ONNX Runtime on a random ViT-B/16 of 150 M weights.

    python scripts/bench                        everything, about ten minutes on two cores
    python scripts/bench load explainers        some parts: load surgery prompts explainers
    python scripts/bench --clipscope PATH       another binary than .build/release/clipscope
    python scripts/bench --rounds N             how often contenders alternate (3)
    python scripts/bench explainers --sizes 512 --rounds 1     inputs of `explainers` (224); 512: minutes
    python scripts/bench --folder FOLDER        where the checkpoint and the exports go (1 GB)

Contenders take turns (A B A B …) and the median of the rounds is shown with the fastest and slowest,
so noise meets all of them; still, run it on a quiet machine. What is compared:

load     a new process: import torch, open the TorchScript file, build the model in float32, as CLIP's
         own program does; clipscope's `load`, which converts when weights are first used, so both
         also with a first image and a first text encoded.
surgery  one image from decoded pixels to scores [59 labels, patches]; label vectors made before.
         PyTorch computes both paths in full and the tensor [tokens, labels, embed], as the method's
         program does; ONNX Runtime runs that network exported and the linear form in NumPy. Python
         times are taken inside warm processes, clipscope's from runs of N and 2 N repetitions.
prompts  59 labels × 85 templates. Released style: one label at a time, prompts padded to 77 (measured
         on some labels, scaled). Fair: sorted by length, cut to the batch's longest, batches of 256
         (every fourth prompt, scaled). clipscope: all of them, a process less one that only loads.

explainers  10 texts, one image, every method against the plain forward pass, those of one pass with 10
         texts, RISE with 10 texts and 8 masks, M2IB with 1 text, 3 steps and 2 samples a step (they grow
         in proportion; the defaults are 1000 masks at most, and 10 steps of 10 samples); Grad-ECLIP and game
         over all blocks also by PyTorch's autograd, forward included. The maps are compared first.

Nothing is kept between clipscope's calls here (`--keep off`). GFLOP/s count two operations a multiply-add of the method's plain form as that contender computes it.

Needs an interpreter with torch, onnx, onnxruntime, numpy and pillow:

    python3 -m venv venv && venv/bin/pip install torch onnx onnxruntime numpy pillow
    venv/bin/python scripts/bench

Not part of scripts/test.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "lib"))

import measured  # noqa: E402
import operations  # noqa: E402
import prompts  # noqa: E402

REPOSITORY = HERE.parents[1]
PICTURE = REPOSITORY / "Tests/Golden/images/cat.png"
PARTS = ["load", "surgery", "prompts", "explainers"]
PAUSE = 0.5  # seconds, so that one contender's idle threads do not meet the next one

LOAD_PYTORCH = """
import sys; sys.path.append(sys.argv[1]); sys.dont_write_bytecode = True
import torch, pytorch_clip
model = pytorch_clip.load(sys.argv[2])
if len(sys.argv) > 3:
    with torch.inference_mode():
        model.visual(torch.zeros(1, 3, 224, 224))
        model.encode_text(torch.tensor([[49406, 320, 49407] + [0] * 74]))
"""


class Worker:
    """A contender in a Python process of its own."""

    def __init__(self, kind, checkpoint):
        self.noise = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "worker.py"), kind, checkpoint, PICTURE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.noise, text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            self.noise.seek(0)
            raise measured.Failed(self.noise.read()[-2000:])
        return json.loads(line)

    def do(self, what, *arguments):
        """Seconds, peak bytes, result."""
        self.process.stdin.write(json.dumps({"do": what, "with": arguments}) + "\n")
        self.process.stdin.flush()
        answer = self.read()
        return answer["seconds"], answer["peak"], answer["result"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        self.noise.close()


class Bench:
    def __init__(self, binary, folder, rounds, sizes):
        self.binary, self.folder, self.rounds, self.sizes = binary, folder, rounds, sizes
        self.checkpoint = folder / "ViT-B-16.pt"

    def script(self, code):
        """Runs Clip code after `m = load(…)`: seconds and peak bytes."""
        path = self.folder / "bench.clip"
        path.write_text(f"clip 1\nm = load({json.dumps(str(self.checkpoint))})\n{code}\n")
        return measured.run([self.binary, "run", "--keep", "off", path], self.folder)[:2]

    def table(self, title, contenders):
        """Lets contenders (name → function giving seconds and peak, operations) take turns, prints
        times, and how many times faster the last one is."""
        times = {name: [] for name in contenders}
        peaks = {name: 0 for name in contenders}
        for _ in range(self.rounds):
            for name, (measure, _) in contenders.items():
                time.sleep(PAUSE)
                seconds, peak = measure()
                times[name].append(seconds)
                peaks[name] = max(peaks[name], peak)
        ours = statistics.median(times[list(contenders)[-1]])
        print(f"\n{title}")
        for name, (_, flops) in contenders.items():
            seconds = statistics.median(times[name])
            rate = f"{flops / seconds / 1e9:7.1f} GFLOP/s" if flops else " " * 15
            print(
                f"  {name:<34} {seconds:9.3f} s  ({min(times[name]):.3f} … {max(times[name]):.3f}) "
                f"{rate} {peaks[name] / 1e6:7.0f} MB  {seconds / ours:6.2f} ×", flush=True)

    def load(self):
        python = [sys.executable, "-W", "ignore", "-c", LOAD_PYTORCH, HERE, self.checkpoint]
        use = 'encode(image(zeros([224, 224, 3])), m)\nencode("a", m)'
        self.table("load: a new process", {
            "PyTorch": (lambda: measured.run(python)[:2], 0),
            "clipscope": (lambda: self.script(""), 0),
        })
        self.table("load, first image and first text", {
            "PyTorch": (lambda: measured.run([*python, "use"])[:2], 0),
            "clipscope": (lambda: self.script(use), 0),
        })

    def surgery(self):
        import numpy as np

        labels = json.dumps(prompts.LABELS)
        self.script(f'encode({labels}, m) |> save("vectors.npy")')
        pytorch = Worker("pytorch", self.checkpoint)
        onnx = Worker("onnx", self.checkpoint)
        prepare = (
            f"picture = load({json.dumps(str(PICTURE))})\nvectors = encode({labels}, m)\n")
        for worker in (pytorch, onnx):
            worker.do("vectors", str(self.folder / "vectors.npy"))
        for size, count in ((224, 12), (512, 3)):
            exported = str(self.folder / f"surgery-{size}.onnx")
            pytorch.do("export", size, exported)
            onnx.do("open", size, exported)
            # The same scores from all three, before any is timed (this also warms them up).
            grid = f"surgery(picture, m, vectors, size: {size}).grid"
            self.script(f'{prepare}save({grid}, "ours.npy")')
            ours = np.load(self.folder / "ours.npy")
            for worker in (pytorch, onnx):
                worker.do("surgery", size, str(self.folder / "theirs.npy"))
                theirs = np.load(self.folder / "theirs.npy")
                error = np.abs(ours - theirs).max() / np.abs(theirs).max()
                if not error < 1e-4:
                    raise measured.Failed(f"scores at {size} differ by {error:.1e}")

            def repeated(size=size, count=count):
                once, peak = self.script(
                    f"{prepare}for i in range({count}) {{ surgery(picture, m, vectors, size: {size}) }}")
                twice, _ = self.script(
                    f"{prepare}for i in range({2 * count}) "
                    f"{{ surgery(picture, m, vectors, size: {size}) }}")
                return (twice - once) / count, peak

            patches = (size // 16) ** 2
            plain = operations.surgery(patches, len(prompts.LABELS), released=True)
            needed = operations.surgery(patches, len(prompts.LABELS), released=False)
            self.table(f"surgery at {size} pixels, 59 labels", {
                "PyTorch, both paths in full": (lambda s=size: pytorch.do("surgery", s)[:2], plain),
                "ONNX Runtime": (lambda s=size: onnx.do("surgery", s)[:2], plain),
                "clipscope": (repeated, needed),
            })
        pytorch.close()
        onnx.close()

    def explainers(self):
        import numpy as np

        labels = json.dumps(prompts.LABELS[:10])
        self.script(f'encode({labels}, m) |> save("vectors.npy")')
        pytorch = Worker("pytorch", self.checkpoint)
        pytorch.do("vectors", str(self.folder / "vectors.npy"))
        prepare = f"picture = load({json.dumps(str(PICTURE))})\nvectors = encode({labels}, m)\n"
        published = {
            "grad_eclip": ("Grad-ECLIP", ""), "game": ("game over all blocks", ', method: "game", from: "first"'),
        }
        others = ["grad-cam", "rollout", "attention", "maskclip", "legrad", "sclip", "naclip", "clearclip"]

        def repeated(call, count, rest=None):
            """Seconds a call: `rest` + `count` calls less `rest` (as many, where it is not given)."""
            rest = count if rest is None else rest

            def measure():
                def loop(n):
                    # The weights are converted by their first use.
                    first = 'encode(picture, m, fit: "squash")'
                    return self.script(f"{prepare}{first}\nfor i in range({n}) {{ {call} }}")
                fewer, _ = loop(rest)
                seconds, peak = loop(rest + count)
                return (seconds - fewer) / count, peak
            return measure

        for size in self.sizes:
            # As many calls as take long enough to be told from a process's start.
            count = max(1, round(6 * (224 / size) ** 2))
            for name, (title, method) in published.items():
                call = f"gradcam(picture, m, vectors, size: {size}{method})"
                self.script(f'{prepare}save({call}.grid, "ours.npy")')
                pytorch.do("explain", name, size, str(self.folder / "theirs.npy"))
                ours, theirs = (np.load(self.folder / f"{who}.npy") for who in ("ours", "theirs"))
                error = np.abs(ours - theirs).max() / np.abs(theirs).max()
                if not error < 1e-3:
                    raise measured.Failed(f"{title} at {size} differs by {error:.1e}")
                self.table(f"{title} at {size} pixels, 10 texts (maps differ by {error:.1e})", {
                    "PyTorch autograd": (lambda n=name, s=size: pytorch.do("explain", n, s)[:2], 0),
                    "clipscope": (repeated(call, 1, 0) if name == "game" else repeated(call, count), 0),
                })
            calls = {
                name: f'gradcam(picture, m, vectors, method: "{name}", size: {size})' for name in others}
            self.table(f"clipscope at {size} pixels, 10 texts, in units of the forward pass", {
                **{name: (repeated(call, count), 0) for name, call in calls.items()},
                "rise, 8 masks": (repeated(
                    f'gradcam(picture, m, vectors, method: "rise", samples: 8, settle: 0, size: {size})', 1, 0), 0),
                "m2ib, 1 text, 3 steps, 2 samples": (repeated(
                    f'gradcam(picture, m, vectors[:1], method: "m2ib", steps: 3, samples: 2, size: {size})', 1, 0), 0),
                "surgery": (repeated(f"surgery(picture, m, vectors, size: {size})", count), 0),
                "forward pass": (
                    repeated(f'encode(picture, m, fit: "squash", size: {size})', count), 0),
            })
        pytorch.close()

    def prompts(self):
        tokenizer = prompts.Tokenizer()
        sequences = [tokenizer(prompt) for prompt in prompts.all_prompts()]
        labels = prompts.LABELS[::15]
        released_scale = len(prompts.LABELS) / len(labels)
        pytorch = Worker("pytorch", self.checkpoint)
        pytorch.do("prompts_released", labels[:1])
        pytorch.do("prompts_fair", 40)

        def released():
            seconds, peak, _ = pytorch.do("prompts_released", labels)
            return seconds * released_scale, peak

        def fair():
            seconds, peak, count = pytorch.do("prompts_fair", 4)
            return seconds * len(sequences) / count, peak

        def ours():
            empty, _ = self.script("")
            seconds, peak = self.script(
                f'encode({json.dumps(prompts.LABELS)}, m, templates: "imagenet")')
            return seconds - empty, peak

        lengths = sorted(map(len, sequences))
        padded = [max(lengths[i : i + 256]) for i in range(0, len(lengths), 256) for _ in lengths[i : i + 256]]
        distinct = prompts.distinct_beginnings(sequences)
        print(
            f"\n{len(sequences)} prompts: {77 * len(sequences)} tokens padded to 77, {sum(padded)} in "
            f"sorted batches, {sum(lengths)} up to end-of-text, {distinct} distinct beginnings")
        self.table("prompts: 59 labels × 85 templates", {
            "PyTorch, released style (scaled)": (
                released, operations.texts([77] * len(sequences))),
            "PyTorch, fair (scaled)": (fair, operations.texts(padded)),
            "clipscope": (ours, operations.text_tree(sequences)),
        })
        pytorch.close()


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART")
    parser.add_argument("--clipscope", default=str(REPOSITORY / ".build/release/clipscope"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=[224], metavar="PIXELS")
    parser.add_argument("--folder", default=None)
    options = parser.parse_args()
    parts = options.parts or PARTS
    if set(parts) - set(PARTS):
        parser.error("parts are " + ", ".join(PARTS))
    if options.rounds < 1:
        parser.error("--rounds must be at least 1")
    if any(size < 32 or size % 16 for size in options.sizes):
        parser.error("--sizes must be multiples of 16, 32 at least")
    if not pathlib.Path(options.clipscope).is_file():
        parser.error(f"{options.clipscope} does not exist; build it with scripts/build")
    import onnxruntime
    import torch

    import pytorch_clip
    import torchscript

    version = measured.run([options.clipscope, "--version"])[2].strip()
    load = os.getloadavg()[0]
    print(f"{version}; torch {torch.__version__}, {torch.get_num_threads()} threads; "
          f"onnxruntime {onnxruntime.__version__}; load average {load:.2f}")
    if load > 0.7:
        print("the machine is busy: times will be too long, ratios uncertain")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=options.folder))
    try:
        bench = Bench(options.clipscope, folder, options.rounds, options.sizes)
        state = pytorch_clip.random_state()
        weights = sum(tensor.numel() for tensor in state.values())
        numbers = {"input_resolution": 224, "context_length": 77, "vocab_size": 49408}
        torchscript.save(
            state | {name: torch.tensor(n) for name, n in numbers.items()}, bench.checkpoint)
        del state
        print(f"ViT-B/16, {weights / 1e6:.1f} M random weights, "
              f"{bench.checkpoint.stat().st_size / 1e6:.0f} MB in half precision; "
              "median (fastest … slowest), peak memory, times clipscope's")
        for part in parts:
            getattr(bench, part)()
        print(f"\nload average afterwards {os.getloadavg()[0]:.2f}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
