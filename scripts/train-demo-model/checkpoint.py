"""Between the model that trains and files in OpenAI's layout."""
import json
import struct

import numpy as np
import torch

from model import CLIP, Shape
from tokenizer import SIZE

# QuickGELU(x) = x · sigmoid(1.702 x) = SiLU(1.702 x) / 1.702.
QUICK = 1.702


def to_openai(model, tokens):
    """The weights under OpenAI's names, half precision: {name: array}. `tokens` are the ids of the table's rows."""
    out = {}
    for name, value in model.state_dict().items():
        if name.endswith(("c_fc.weight", "c_fc.bias")):
            value = value / QUICK
        elif name.endswith("c_proj.weight"):
            value = value * QUICK
        elif name == "token_embedding.weight":
            rows = torch.zeros(SIZE, value.shape[1])
            rows[tokens] = value
            value = rows
        out[name] = value.numpy().astype(np.float16 if value.ndim else np.float32)
    return out


def from_openai(tensors, tokens):
    """A model from weights under OpenAI's names, with the rows of `tokens` only."""
    vision, text = tensors["visual.conv1.weight"].shape, tensors["positional_embedding"].shape
    places = tensors["visual.positional_embedding"].shape[0]

    def blocks(prefix):
        return len({n for n in tensors if n.startswith(prefix) and n.endswith("ln_1.weight")})

    shape = Shape(image=round((places - 1) ** 0.5) * vision[2], patch=vision[2], width=vision[0],
                  blocks=blocks("visual."), text_width=text[1], text_blocks=blocks("transformer."), context=text[0],
                  embedding=tensors["text_projection"].shape[1], tokens=len(tokens))
    model, state = CLIP(shape), {}
    for name, value in tensors.items():
        value = torch.from_numpy(value.astype(np.float32))
        if name.endswith(("c_fc.weight", "c_fc.bias")):
            value = value * QUICK
        elif name.endswith("c_proj.weight"):
            value = value / QUICK
        elif name == "token_embedding.weight":
            value = value[tokens]
        state[name] = value
    model.load_state_dict(state)
    return model


def safetensors_bytes(tensors, metadata):
    """A safetensors file whose bytes depend on its contents alone: names sorted, no time, aligned data."""
    types = {"float16": "F16", "float32": "F32"}
    header, offset = {"__metadata__": dict(sorted(metadata.items()))}, 0
    for name, value in sorted(tensors.items()):
        header[name] = {"dtype": types[value.dtype.name], "shape": list(value.shape),
                        "data_offsets": [offset, offset + value.nbytes]}
        offset += value.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(v.tobytes() for _, v in sorted(tensors.items()))


def read_safetensors(path):
    """(tensors, metadata) of a file."""
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    types = {"F16": np.float16, "F32": np.float32}
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + length + o for o in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[start:end], types[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata
