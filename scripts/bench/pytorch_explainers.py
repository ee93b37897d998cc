"""Grad-ECLIP (arXiv 2502.18816) and generic attention explainability (arXiv 2103.15679) by PyTorch's
autograd: the yardsticks of the measurement. Weights need no gradients; only what the maps read has them."""
import torch
import torch.nn.functional as F


def attend(block, x):
    """One block with its attention matrices [heads, N, N] and its attention's output o [N, D] in the graph;
    also queries, keys and values [N, D]."""
    tokens, width = x.shape
    heads = block.attn.num_heads
    joint = F.linear(block.ln_1(x), block.attn.in_proj_weight, block.attn.in_proj_bias)
    q, k, v = joint.chunk(3, dim=-1)
    parts = [t.view(tokens, heads, width // heads).transpose(0, 1) for t in (q, k, v)]
    weights = torch.softmax(parts[0] @ parts[1].transpose(-2, -1) * (width // heads) ** -0.5, -1)
    mixed = (weights @ parts[2]).transpose(0, 1).reshape(tokens, width)
    return weights, mixed, (q, k, v)


def finish(block, x, mixed):
    """The rest of the block."""
    x = x + block.attn.out_proj(mixed)
    return x + block.mlp(block.ln_2(x))


def cosines(vision, x, texts):
    """cos(image, text) of every text: [T]."""
    image = vision.ln_post(x[:1]) @ vision.proj
    return (F.normalize(image, dim=-1) @ texts.T)[0]


def grad_eclip(vision, picture, texts):
    """[T, patches], one layer, the model's own heads: only the last block is in the graph."""
    blocks = vision.transformer.resblocks
    with torch.no_grad():
        x = vision.tokens(picture)
        for block in blocks[:-1]:
            x = block(x)
        x = x[0]
    last = blocks[-1]
    x = x.requires_grad_()
    _, mixed, (q, k, v) = attend(last, x)
    scores = cosines(vision, finish(last, x, mixed), texts)
    with torch.no_grad():
        q, k = last.attn.out_proj(q[:1]), last.attn.out_proj(k[1:])
        like = F.cosine_similarity(q, k, dim=-1)
        like = (like - like.min()) / (like.max() - like.min())
    maps = []
    for score in scores:
        (g,) = torch.autograd.grad(score, mixed, retain_graph=True)
        maps.append(F.relu((g[0] * v[1:]).sum(-1) * like))
    return torch.stack(maps).detach()


def game(vision, picture, texts):
    """[T, patches], relevance over all blocks."""
    with torch.no_grad():
        x = vision.tokens(picture)[0]
    x = x.requires_grad_()
    matrices = []
    for block in vision.transformer.resblocks:
        weights, mixed, _ = attend(block, x)
        matrices.append(weights)
        x = finish(block, x, mixed)
    maps = []
    for score in cosines(vision, x, texts):
        gradients = torch.autograd.grad(score, matrices, retain_graph=True)
        relevance = torch.eye(x.shape[0])
        for weights, gradient in zip(matrices, gradients):
            relevance = relevance + (gradient * weights).clamp(min=0).mean(0) @ relevance
        maps.append(relevance[0, 1:])
    return torch.stack(maps).detach()
