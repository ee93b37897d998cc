"""The forward passes in PyTorch, in float32: CLIP's own by open_clip and transformers, CLIP Surgery
(arXiv 2304.05653) written from its formulas."""
import open_clip
import torch
import torch.nn.functional as F
from PIL import Image

from models import MEAN, STD

SURGERY_DEPTH = 6


def pixels(picture):
    """Normalized pixels [1, 3, height, width]."""
    data = torch.frombuffer(bytearray(picture.tobytes()), dtype=torch.uint8).float() / 255
    data = data.reshape(picture.height, picture.width, 3)
    return ((data - torch.tensor(MEAN)) / torch.tensor(STD)).permute(2, 0, 1)[None].contiguous()


def crop(path, size):
    """CLIP's preprocessing: the short side to `size`, then the middle square."""
    picture = Image.open(path)
    width, height = picture.size
    short = min(width, height)
    picture = picture.resize((size * width // short, size * height // short), Image.BICUBIC)
    left, top = round((picture.width - size) / 2), round((picture.height - size) / 2)
    return pixels(picture.crop((left, top, left + size, top + size)).convert("RGB"))


def squash(path, size):
    """CLIP Surgery's: a square, the aspect ignored."""
    return pixels(Image.open(path).resize((size, size), Image.BICUBIC).convert("RGB"))


def normalize(rows):
    return rows / (rows**2).sum(-1, keepdims=True) ** 0.5


@torch.no_grad()
def image_embedding(made, picture):
    """[embed], not normalized."""
    if made.is_hugging_face:
        hidden = made.model.vision_model(pixel_values=picture).pooler_output
        return made.model.visual_projection(hidden)[0].numpy()
    return made.model.encode_image(picture)[0].numpy()


@torch.no_grad()
def text_embeddings(made, prompts):
    """[prompts, embed], not normalized; one at a time, padded to the context as CLIP's own program does."""
    rows = []
    for prompt in prompts:
        ids = open_clip.tokenize([prompt])
        if made.is_hugging_face:
            hidden = made.model.text_model(input_ids=ids).pooler_output
            rows.append(made.model.text_projection(hidden)[0])
        else:
            rows.append(made.model.encode_text(ids)[0])
    return torch.stack(rows).numpy()


def fitted_positions(embedding, side):
    """[1 + side², D] from a square grid's, the class row kept, the others resized bilinearly."""
    first, grid = embedding[:1], embedding[1:]
    old = round(len(grid) ** 0.5)
    if old == side:
        return embedding
    grid = grid.reshape(1, old, old, -1).permute(0, 3, 1, 2)
    grid = F.interpolate(grid, size=(side, side), mode="bilinear", align_corners=False)
    return torch.cat([first, grid.permute(0, 2, 3, 1).reshape(side * side, -1)])


def value_attention(v, heads):
    """softmax(V Vᵀ · d^-½) V per head: [tokens, D] → [tokens, D]."""
    n, width = v.shape
    v = v.reshape(n, heads, width // heads).transpose(0, 1)
    weights = torch.softmax(v @ v.transpose(1, 2) * (width // heads) ** -0.5, -1)
    return (weights @ v).transpose(0, 1).reshape(n, width)


@torch.no_grad()
def surgery_features(made, picture, class_token):
    """Architecture surgery: [1 + patches, embed], class token first, not normalized."""
    tower = made.model.visual
    return (resnet_surgery if made.is_resnet else vit_surgery)(tower, picture, class_token).numpy()


def vit_surgery(tower, picture, _):
    """The last blocks twice: CLIP's own path, and a path of value–value attention without MLPs. Both
    read the own path's ln_1; the class token comes from the first, patches from the second."""
    patches = tower.conv1(picture)[0]
    side = patches.shape[-1]
    tokens = torch.cat([tower.class_embedding[None], patches.flatten(1).T])
    x = tower.ln_pre(tokens + fitted_positions(tower.positional_embedding, side))
    blocks = list(tower.transformer.resblocks)
    new = None
    for index, block in enumerate(blocks):
        y = block.ln_1(x)
        if index == len(blocks) - SURGERY_DEPTH:
            new = x
        if new is not None:
            attn = block.attn
            width = y.shape[1]
            v = F.linear(y, attn.in_proj_weight[2 * width :], attn.in_proj_bias[2 * width :])
            new = new + attn.out_proj(value_attention(v, attn.num_heads))
        x = x + block.attn(y[None], y[None], y[None], need_weights=False)[0][0]
        x = x + block.mlp(block.ln_2(x))
    return tower.ln_post(torch.cat([x[:1], new[1:]])) @ tower.proj


def resnet_surgery(tower, picture, class_token):
    """Attention pooling of every token with q = k = v. `native`: the class token is CLIP's own."""
    pool = tower.attnpool
    x = tower.stem(picture)
    for stage in (tower.layer1, tower.layer2, tower.layer3, tower.layer4):
        x = stage(x)
    side = x.shape[-1]
    tokens = x[0].flatten(1).T
    tokens = torch.cat([tokens.mean(0, keepdim=True), tokens])
    tokens = tokens + fitted_positions(pool.positional_embedding, side)
    result = pool.c_proj(value_attention(pool.v_proj(tokens), pool.num_heads))
    if class_token == "native":
        q, k, v = (
            p(t).reshape(len(t), pool.num_heads, -1).transpose(0, 1)
            for p, t in ((pool.q_proj, tokens[:1]), (pool.k_proj, tokens), (pool.v_proj, tokens)))
        weights = torch.softmax(q @ k.transpose(1, 2) * q.shape[-1] ** -0.5, -1)
        own = pool.c_proj((weights @ v).transpose(0, 1).reshape(1, -1))
        result = torch.cat([own, result[1:]])
    return result


def surgery_grid(features, vectors, picture_shape, stride):
    """Feature surgery over a label set (equations 4 to 6): [labels, rows, columns]."""
    s = torch.from_numpy(normalize(features) @ vectors.T)
    p = torch.softmax(2 * s[0], 0)
    weighted = s * (p / p.mean())
    weighted = weighted - weighted.mean(1, keepdim=True)
    rows, columns = picture_shape[2] // stride, picture_shape[3] // stride
    return weighted[1:].T.reshape(-1, rows, columns).numpy()
