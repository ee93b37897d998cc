"""A ViT CLIP in plain PyTorch, with OpenAI's names, and CLIP Surgery as its program computes it
(arXiv 2304.05653): the yardsticks of the measurement."""
import math

import torch
import torch.nn.functional as F
from torch import nn


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class Block(nn.Module):
    """A residual attention block, batch first."""

    def __init__(self, width, heads):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))

    def forward(self, x, mask=None):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, attn_mask=mask, need_weights=False)[0]
        return x + self.mlp(self.ln_2(x))

    def causal(self, x):
        """The same with the causal mask left to the attention kernel."""
        n, tokens, width = x.shape
        heads = self.attn.num_heads
        joint = F.linear(self.ln_1(x), self.attn.in_proj_weight, self.attn.in_proj_bias)
        q, k, v = joint.view(n, tokens, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.attn.out_proj(mixed.transpose(1, 2).reshape(n, tokens, width))
        return x + self.mlp(self.ln_2(x))

    def both_paths(self, x, new):
        """Surgery: the original path, and v–v attention without MLP, both for every token."""
        n, tokens, width = x.shape
        heads = self.attn.num_heads
        joint = F.linear(self.ln_1(x), self.attn.in_proj_weight, self.attn.in_proj_bias)
        q, k, v = joint.view(n, tokens, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        scale = (width // heads) ** -0.5
        original = torch.softmax((q @ k.transpose(-2, -1)) * scale, -1) @ v
        values = torch.softmax((v @ v.transpose(-2, -1)) * scale, -1) @ v
        original = self.attn.out_proj(original.transpose(1, 2).reshape(n, tokens, width))
        values = self.attn.out_proj(values.transpose(1, 2).reshape(n, tokens, width))
        x = x + original
        return x + self.mlp(self.ln_2(x)), new + values


class Transformer(nn.Module):
    def __init__(self, width, layers, heads):
        super().__init__()
        self.resblocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])


class Vision(nn.Module):
    def __init__(self, size, patch, width, layers, heads, embed):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(width))
        self.positional_embedding = nn.Parameter(torch.empty((size // patch) ** 2 + 1, width))
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, layers, heads)
        self.proj = nn.Parameter(torch.empty(width, embed))

    def tokens(self, picture):
        x = self.conv1(picture).flatten(2).transpose(1, 2)
        side = math.isqrt(x.shape[1])
        position = self.positional_embedding
        if position.shape[0] != x.shape[1] + 1:
            old = math.isqrt(position.shape[0] - 1)
            grid = position[1:].reshape(1, old, old, -1).permute(0, 3, 1, 2)
            grid = F.interpolate(grid, size=(side, side), mode="bilinear", align_corners=False)
            position = torch.cat([position[:1], grid.flatten(2).transpose(1, 2)[0]])
        first = self.class_embedding.expand(x.shape[0], 1, -1)
        return self.ln_pre(torch.cat([first, x], 1) + position)

    def forward(self, picture):
        x = self.tokens(picture)
        for block in self.transformer.resblocks:
            x = block(x)
        return self.ln_post(x[:, 0]) @ self.proj


class Surgery(nn.Module):
    """Architecture surgery: [1, 1 + patches, embed], class token first."""

    def __init__(self, vision, depth=6):
        super().__init__()
        self.vision, self.depth = vision, depth

    def forward(self, picture):
        x = self.vision.tokens(picture)
        blocks = self.vision.transformer.resblocks
        for block in blocks[: -self.depth]:
            x = block(x)
        new = x
        for block in blocks[-self.depth :]:
            x, new = block.both_paths(x, new)
        x = torch.cat([x[:, :1], new[:, 1:]], 1)
        return self.vision.ln_post(x) @ self.vision.proj


class CLIP(nn.Module):
    """ViT-B/16 as published."""

    def __init__(self, size=224, patch=16, width=768, layers=12, embed=512):
        super().__init__()
        self.visual = Vision(size, patch, width, layers, width // 64, embed)
        self.transformer = Transformer(512, 12, 8)
        self.token_embedding = nn.Embedding(49408, 512)
        self.positional_embedding = nn.Parameter(torch.empty(77, 512))
        self.ln_final = nn.LayerNorm(512)
        self.text_projection = nn.Parameter(torch.empty(512, embed))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(100)))

    def encode_text(self, ids):
        """As published: every row at full length under a mask."""
        mask = torch.full((ids.shape[1], ids.shape[1]), -math.inf).triu_(1)
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        for block in self.transformer.resblocks:
            x = block(x, mask)
        return self.ln_final(x)[torch.arange(len(ids)), ids.argmax(-1)] @ self.text_projection

    def encode_text_fairly(self, ids):
        """Rows already cut to the batch's longest; the head on the end-of-text token alone."""
        x = self.token_embedding(ids) + self.positional_embedding[: ids.shape[1]]
        for block in self.transformer.resblocks:
            x = block.causal(x)
        return self.ln_final(x[torch.arange(len(ids)), ids.argmax(-1)]) @ self.text_projection


def feature_surgery(features, texts):
    """As its program computes it, with the tensor [1, tokens, labels, embed]."""
    features = features / features.norm(dim=-1, keepdim=True)
    p = torch.softmax(features[:, :1] @ texts.t() * 2, -1)
    w = p / p.mean(-1, keepdim=True)
    b, tokens, embed = features.shape
    each = features.reshape(b, tokens, 1, embed) * texts.reshape(1, 1, *texts.shape)
    each = each * w.reshape(1, 1, -1, 1)
    return (each - each.mean(2, keepdim=True)).sum(-1)


def random_state(seed=0):
    """Half-precision weights of CLIP's names and shapes under which activations stay in range."""
    generator = torch.Generator().manual_seed(seed)
    state = {}
    with torch.device("meta"):
        shapes = CLIP().state_dict()
    for name, shape in shapes.items():
        size = tuple(shape.shape)
        noise = torch.randn(size, generator=generator)
        if name == "logit_scale":
            value = torch.tensor(math.log(100))
        elif "embedding" in name:
            value = noise * 0.5
        elif name.rsplit(".", 1)[-1] in ("proj", "text_projection"):
            value = noise * size[0] ** -0.5
        elif len(size) > 1:
            value = noise * math.prod(size[1:]) ** -0.5
        elif name.endswith("weight"):
            value = 1 + 0.15 * noise
        else:
            value = 0.1 * noise
        state[name] = value.half()
    return state


def load(path):
    """As the published program: open the archive, build the modules, in float32 on the processor."""
    state = torch.jit.load(str(path), map_location="cpu").state_dict()
    with torch.device("meta"):
        model = CLIP()
    numbers = ("input_resolution", "context_length", "vocab_size")
    weights = {name: tensor.float() for name, tensor in state.items() if name not in numbers}
    model.load_state_dict(weights, assign=True)
    return model.eval().requires_grad_(False)
