"""A small CLIP in OpenAI's layout, written to train quickly on a CPU.

Three things differ from the exported file, and `export.py` changes them. The perceptrons use SiLU: with
the first layer divided by 1.702 and the second multiplied by it, that is CLIP's QuickGELU. The table of tokens
has only the rows in use. And the image tower takes patches, of which any may be missing.
"""
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

HEAD = 64


@dataclass(frozen=True)
class Shape:
    """Sizes of a model; sides of image and patch in pixels. `tokens` are in use, the last ends a text."""

    image: int = 112
    patch: int = 8
    width: int = 128
    blocks: int = 6
    text_width: int = 128
    text_blocks: int = 4
    context: int = 32
    embedding: int = 128
    tokens: int = 0

    @property
    def patches(self):
        return (self.image // self.patch) ** 2


class Attention(nn.Module):
    """Parameters under the names that nn.MultiheadAttention gives them."""

    def __init__(self, width, deviation):
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.randn(3 * width, width) * width ** -0.5)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)
        nn.init.normal_(self.out_proj.weight, std=deviation)
        nn.init.zeros_(self.out_proj.bias)

    def forward(self, x, causal):
        batch, length, width = x.shape
        heads = F.linear(x, self.in_proj_weight, self.in_proj_bias).view(batch, length, 3, width // HEAD, HEAD)
        q, k, v = heads.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        return self.out_proj(mixed.transpose(1, 2).reshape(batch, length, width))


class Perceptron(nn.Module):
    def __init__(self, width, deviation):
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        nn.init.normal_(self.c_fc.weight, std=(2 * width) ** -0.5)
        nn.init.normal_(self.c_proj.weight, std=deviation)

    def forward(self, x):
        return self.c_proj(F.silu(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self, width, deviation):
        super().__init__()
        self.attn, self.mlp = Attention(width, deviation), Perceptron(width, deviation)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, x, causal):
        x = x + self.attn(self.ln_1(x), causal)
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, blocks):
        super().__init__()
        deviation = (2 * blocks * width) ** -0.5
        self.resblocks = nn.ModuleList(Block(width, deviation) for _ in range(blocks))

    def forward(self, x, causal=False):
        for block in self.resblocks:
            x = block(x, causal)
        return x


class Vision(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape.width
        self.conv1 = nn.Conv2d(3, width, shape.patch, shape.patch, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(width) * width ** -0.5)
        self.positional_embedding = nn.Parameter(torch.randn(shape.patches + 1, width) * width ** -0.5)
        self.ln_pre, self.ln_post = nn.LayerNorm(width), nn.LayerNorm(width)
        self.transformer = Transformer(width, shape.blocks)
        self.proj = nn.Parameter(torch.randn(width, shape.embedding) * width ** -0.5)

    def forward(self, patches, places):
        """Normalized patches [B, n, 3·p·p], their indices in the grid [B, n] → embeddings [B, E]."""
        x = F.linear(patches, self.conv1.weight.flatten(1)) + self.positional_embedding[1:][places]
        first = (self.class_embedding + self.positional_embedding[0]).expand(len(x), 1, -1)
        x = self.transformer(self.ln_pre(torch.cat([first, x], 1)))
        return self.ln_post(x[:, 0]) @ self.proj


class CLIP(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        width = shape.text_width
        self.visual = Vision(shape)
        self.transformer = Transformer(width, shape.text_blocks)
        self.token_embedding = nn.Embedding(shape.tokens, width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        self.positional_embedding = nn.Parameter(torch.randn(shape.context, width) * 0.01)
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.randn(width, shape.embedding) * width ** -0.5)
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def image(self, patches, places):
        """Unit embeddings of images: see Vision → [B, E]."""
        return F.normalize(self.visual(patches, places), dim=-1)

    def text(self, ids, pieces=4):
        """Unit embeddings of texts: ids [B, context] → [B, E].

        Texts of like length go through the tower together, so that little of what it computes is padding.
        """
        order = ids.argmax(1).argsort(stable=True)
        parts = [self._text(ids[part]) for part in order.tensor_split(pieces) if len(part)]
        return F.normalize(torch.cat(parts)[order.argsort()], dim=-1)

    def _text(self, ids):
        end = ids.argmax(1)
        length = int(end.max()) + 1
        x = self.token_embedding(ids[:, :length]) + self.positional_embedding[:length]
        x = self.transformer(x, causal=True)
        return self.ln_final(x[torch.arange(len(ids)), end]) @ self.text_projection
