"""A small ViT and three explainers in PyTorch, written from their formulas and sharing nothing with
clipscope but the files: the image tower (Radford et al. 2021), RISE (arXiv 1806.07421), M2IB
(arXiv 2312.17174) and gradients of the input (arXiv 1312.6034, 1706.03825, 1703.01365)."""
import math

import torch
import torch.nn.functional as F


class Tower:
    """The image tower of OpenAI's ViT files, by the names of their state dict."""

    def __init__(self, path):
        state = torch.jit.load(path, map_location="cpu").state_dict()
        self.w = {k.removeprefix("visual."): v.float() for k, v in state.items() if k.startswith("visual.")}
        self.patch = self.w["conv1.weight"].shape[-1]
        self.width = self.w["conv1.weight"].shape[0]
        self.heads = self.width // 64
        self.depth = 1 + max(int(k.split(".")[2]) for k in self.w if k.startswith("transformer.resblocks."))

    def norm(self, x, name):
        return F.layer_norm(x, (self.width,), self.w[name + ".weight"], self.w[name + ".bias"])

    def embed(self, pixels):
        """[B, 3, H, W] → the tokens before the first block [B, N, D]."""
        x = F.conv2d(pixels, self.w["conv1.weight"], stride=self.patch).flatten(2).transpose(1, 2)
        first = self.w["class_embedding"].expand(len(x), 1, -1)
        return self.norm(torch.cat([first, x], 1) + self.w["positional_embedding"], "ln_pre")

    def blocks(self, x, start, end):
        """Through blocks `start` to `end` − 1."""
        for index in range(start, end):
            w = lambda name: self.w[f"transformer.resblocks.{index}.{name}"]  # noqa: E731
            y = self.norm(x, f"transformer.resblocks.{index}.ln_1")
            joint = F.linear(y, w("attn.in_proj_weight"), w("attn.in_proj_bias"))
            q, k, v = (
                part.unflatten(-1, (self.heads, -1)).transpose(1, 2) for part in joint.chunk(3, -1))
            mixed = F.softmax(q @ k.mT / math.sqrt(q.shape[-1]), -1) @ v
            x = x + F.linear(
                mixed.transpose(1, 2).flatten(2), w("attn.out_proj.weight"), w("attn.out_proj.bias"))
            y = self.norm(x, f"transformer.resblocks.{index}.ln_2")
            y = F.linear(y, w("mlp.c_fc.weight"), w("mlp.c_fc.bias"))
            x = x + F.linear(y * torch.sigmoid(1.702 * y), w("mlp.c_proj.weight"), w("mlp.c_proj.bias"))
        return x

    def cosines(self, tokens, start, texts):
        """The cosines [B, T] of tokens before block `start` with unit vectors [T, E]."""
        x = self.blocks(tokens, start, self.depth)
        return F.normalize(self.norm(x[:, 0], "ln_post") @ self.w["proj"], dim=-1) @ texts.T


def patch_means(maps, patch):
    """[…, H, W] → […, H / patch, W / patch]."""
    return F.avg_pool2d(maps[None] if maps.ndim == 3 else maps, patch).reshape(
        *maps.shape[:-2], maps.shape[-2] // patch, maps.shape[-1] // patch)


@torch.no_grad()
def rise(tower, pixels, texts, samples, cells=7, visible=0.5, seed=1):
    """The covariance of cosine and mask, divided by `visible`, over `samples` masks: [T, rows, columns]."""
    generator = torch.Generator().manual_seed(seed)
    height, width = pixels.shape[1:]
    steps = [math.ceil(side / cells) for side in (height, width)]
    scores, covers = [], []
    for first in range(0, samples, 500):
        count = min(500, samples - first)
        grid = (torch.rand((count, 1, cells, cells), generator=generator) < visible).float()
        large = F.interpolate(
            grid, size=[(cells + 1) * step for step in steps], mode="bilinear", align_corners=False)
        tops = torch.randint(0, steps[0], (count,), generator=generator)
        lefts = torch.randint(0, steps[1], (count,), generator=generator)
        masks = torch.stack([
            mask[:, top : top + height, left : left + width]
            for mask, top, left in zip(large, tops.tolist(), lefts.tolist())])
        scores.append(tower.cosines(tower.embed(pixels * masks), 0, texts))
        covers.append(F.avg_pool2d(masks, tower.patch)[:, 0])
    scores, covers = torch.cat(scores).double(), torch.cat(covers).double()
    return torch.einsum("kt,kyx->tyx", scores - scores.mean(0), covers) / (samples * visible)


def m2ib(tower, pixels, texts, samples, layer, beta=0.1, steps=10, rate=1.0, seed=1):
    """The information left after `steps` forward passes and the updates between them, in nats a
    patch: [T, rows, columns]."""
    generator = torch.Generator().manual_seed(seed)
    rows, columns = pixels.shape[1] // tower.patch, pixels.shape[2] // tower.patch
    with torch.no_grad():
        features = tower.blocks(tower.embed(pixels[None]), 0, layer)
    maps = []
    for text in texts:
        alpha = torch.full_like(features, 5.0, requires_grad=True)
        optimizer = torch.optim.Adam([alpha], lr=rate)
        for _ in range(steps):
            optimizer.zero_grad()
            gate, rest = torch.sigmoid(alpha), torch.sigmoid(-alpha)
            noise = torch.randn((samples, *features.shape[1:]), generator=generator)
            nats = ((gate * features) ** 2 + rest**2 - 1) / 2 - F.logsigmoid(-alpha)
            cosine = tower.cosines(gate * features + rest * noise, layer, text[None]).mean()
            (beta * nats.mean() - cosine).backward()
            optimizer.step()
        maps.append(nats.detach()[0, 1:].sum(-1).reshape(rows, columns))
    return torch.stack(maps)


def gradients(tower, pixels, texts):
    """∂cos/∂pixels: [T, 3, H, W]."""
    x = pixels[None].clone().requires_grad_()
    cosines = tower.cosines(tower.embed(x), 0, texts)[0]
    return torch.stack([torch.autograd.grad(c, x, retain_graph=True)[0][0] for c in cosines])


def input_gradient(tower, pixels, texts):
    """The gradient's magnitude, a mean over each patch: [T, rows, columns]."""
    return patch_means(gradients(tower, pixels, texts).norm(dim=1), tower.patch)


def smoothed(tower, pixels, texts, copies, noise=0.15, seed=1):
    """The same of the mean gradient of noisy copies."""
    generator = torch.Generator().manual_seed(seed)
    deviation = noise * (pixels.max() - pixels.min())
    total = 0
    for _ in range(copies):
        moved = pixels + deviation * torch.randn(pixels.shape, generator=generator)
        total = total + gradients(tower, moved, texts)
    return patch_means((total / copies).norm(dim=1), tower.patch)


def integrated(tower, pixels, texts, steps):
    """Integrated gradients from zero by the midpoint rule, a mean over each patch."""
    total = sum(gradients(tower, pixels * ((k + 0.5) / steps), texts) for k in range(steps))
    return patch_means((pixels * total / steps).sum(1), tower.patch)
