"""A Python process that holds one contender, does what it is told and answers with seconds:
lines of JSON in, lines of JSON out. Started by bench."""
import json
import os
import pathlib
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


def preprocessed(path, size):
    """Squashed, normalized pixels [1, 3, size, size] as float32."""
    import numpy as np
    from PIL import Image

    picture = Image.open(path).resize((size, size), Image.BICUBIC).convert("RGB")
    data = (np.asarray(picture, np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
    return np.ascontiguousarray(data.transpose(2, 0, 1)[None])


def peak_bytes():
    """This process's peak memory since the last call."""
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    return peak


class PyTorch:
    """The published program's way, and the fair one for texts."""

    def __init__(self, checkpoint, picture):
        import pytorch_clip
        import torch

        self.torch, self.clip = torch, pytorch_clip
        self.model = pytorch_clip.load(checkpoint)
        self.network = pytorch_clip.Surgery(self.model.visual)
        self.picture = picture
        self.tokenizer = None

    def vectors(self, path):
        import numpy as np

        self.texts = self.torch.from_numpy(np.load(path))

    def surgery(self, size, save=None):
        with self.torch.inference_mode():
            pixels = self.torch.from_numpy(preprocessed(self.picture, size))
            scores = self.clip.feature_surgery(self.network(pixels), self.texts)
        if save:
            import numpy as np

            np.save(save, scores[0, 1:].T.reshape(-1, size // 16, size // 16).numpy())

    def explain(self, method, size, save=None):
        import pytorch_explainers

        pixels = self.torch.from_numpy(preprocessed(self.picture, size))
        maps = getattr(pytorch_explainers, method)(self.model.visual, pixels, self.texts)
        if save:
            import numpy as np

            np.save(save, maps.reshape(-1, size // 16, size // 16).numpy())

    def export(self, size, path):
        """Writes the network for one size; PyTorch's fused attention has no counterpart in ONNX."""
        fused = self.torch.backends.mha.get_fastpath_enabled()
        self.torch.backends.mha.set_fastpath_enabled(False)
        self.torch.onnx.export(
            self.network, (self.torch.from_numpy(preprocessed(self.picture, size)),), path,
            input_names=["pixels"], output_names=["features"], dynamo=False, opset_version=17)
        self.torch.backends.mha.set_fastpath_enabled(fused)

    def rows(self, prompts, length=None):
        import prompts as texts

        self.tokenizer = self.tokenizer or texts.Tokenizer()
        sequences = [self.tokenizer(prompt) for prompt in prompts]
        length = length or max(map(len, sequences))
        return self.torch.tensor([s + [0] * (length - len(s)) for s in sequences])

    def prompts_released(self, labels):
        """One label at a time, its prompts padded to 77."""
        import prompts as texts

        with self.torch.inference_mode():
            for label in labels:
                rows = self.model.encode_text(self.rows(texts.all_prompts([label]), 77))
                rows = rows / rows.norm(dim=-1, keepdim=True)
                mean = rows.mean(0)
                mean / mean.norm()

    def prompts_fair(self, every, batch=256):
        """Sorted by length, cut to the batch's longest, `batch` together; every n-th batch."""
        import prompts as texts

        self.rows(["a"])
        each = sorted(texts.all_prompts(), key=lambda prompt: len(self.tokenizer(prompt)))
        each = each[::every]
        with self.torch.inference_mode():
            for start in range(0, len(each), batch):
                self.model.encode_text_fairly(self.rows(each[start : start + batch]))
        return len(each)


class ONNXRuntime:
    """The exported network, and feature surgery in NumPy without the large tensor."""

    def __init__(self, checkpoint, picture):
        import onnxruntime

        self.runtime, self.picture, self.sessions = onnxruntime, picture, {}

    def vectors(self, path):
        import numpy as np

        self.texts = np.load(path)

    def open(self, size, path):
        self.sessions[size] = self.runtime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def surgery(self, size, save=None):
        import numpy as np

        features = self.sessions[size].run(None, {"pixels": preprocessed(self.picture, size)})[0][0]
        features /= np.linalg.norm(features, axis=-1, keepdims=True)
        s = features @ self.texts.T
        p = np.exp(2 * (s[0] - s[0].max()))
        s *= p / p.mean()
        s -= s.mean(1, keepdims=True)
        if save:
            np.save(save, s[1:].T.reshape(-1, size // 16, size // 16))


def main():
    # Libraries print what they like; the answers go where nobody else writes.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    contender = {"pytorch": PyTorch, "onnx": ONNXRuntime}[sys.argv[1]](*sys.argv[2:])
    print(json.dumps({"ready": True}), file=answers)
    for line in sys.stdin:
        request = json.loads(line)
        start = time.monotonic()
        result = getattr(contender, request["do"])(*request.get("with", []))
        seconds = time.monotonic() - start
        answer = {"seconds": seconds, "result": result, "peak": peak_bytes()}
        print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
