"""The published shapes, with seeded random weights, in the formats users hold."""
import dataclasses
import json
import math
import pathlib

import open_clip
import open_clip.model
import safetensors.torch
import torch
import torchscript

# CLIP's own normalization of pixels.
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)


@dataclasses.dataclass
class Entry:
    """A line of the table. `config` names one of open_clip's, or gives a transformers config."""

    name: str
    format: str
    config: object
    surgery_sizes: tuple = ()


@dataclasses.dataclass
class Made:
    """A checkpoint on disk, and the same weights as a PyTorch model in float32."""

    path: pathlib.Path
    model: torch.nn.Module
    weights: int
    size: int
    is_resnet: bool
    is_hugging_face: bool
    stride: int


JIT = "OpenAI TorchScript, half"
STATE = "OpenAI state dict, half"
OPEN_CLIP = "open_clip safetensors, half"
SHARDED = "Hugging Face, sharded, float"
HUGGING_FACE = "Hugging Face, half"

ENTRIES = [
    Entry("RN50", JIT, "RN50-quickgelu", (224, 320)),
    Entry("RN101", JIT, "RN101-quickgelu"),
    Entry("RN50x4", STATE, "RN50x4-quickgelu"),
    Entry("RN50x16", JIT, "RN50x16-quickgelu"),
    Entry("RN50x64", JIT, "RN50x64-quickgelu"),
    Entry("ViT-B/32", JIT, "ViT-B-32-quickgelu"),
    Entry("ViT-B/16", JIT, "ViT-B-16-quickgelu", (224, 336)),
    Entry("ViT-L/14", STATE, "ViT-L-14-quickgelu"),
    Entry("ViT-L/14@336px", JIT, "ViT-L-14-336-quickgelu"),
    Entry("ViT-H-14 (erf GELU)", OPEN_CLIP, "ViT-H-14"),
    Entry("HF ViT-B/32", HUGGING_FACE, {"patch_size": 32, "hidden_act": "quick_gelu"}),
    Entry("HF ViT-B/16 (erf GELU)", SHARDED, {"patch_size": 16, "hidden_act": "gelu"}),
]


def make(entry, folder):
    """Makes the model of a line: random weights, rounded as the format stores them, saved."""
    seed = sum(entry.name.encode())
    if isinstance(entry.config, dict):
        return make_hugging_face(entry, folder, seed)
    config = open_clip.get_model_config(entry.config)
    size = config["vision_cfg"]["image_size"]
    with torch.device("meta"):
        model = open_clip.model.CLIP(**config)
    model = model.to_empty(device="cpu").eval().requires_grad_(False)
    # Not saved, so not filled either: causal attention's mask.
    length = model.context_length
    model.attn_mask = torch.full((length, length), -math.inf).triu_(1)
    fill(model, seed)
    is_resnet = isinstance(config["vision_cfg"]["layers"], list)
    open_clip.model.convert_weights_to_lp(model, torch.float16)  # as OpenAI's files: mixed
    model.float()
    if is_resnet:
        settle_batch_norms(model, size, seed)
    halves = {
        name: tensor.half() if is_half(name, tensor, model) else tensor
        for name, tensor in model.state_dict().items()
    }
    if entry.format == OPEN_CLIP:
        path = folder / "open_clip_model.safetensors"
        safetensors.torch.save_file(halves, path)
        preprocess = {"mean": MEAN, "std": STD, "interpolation": "bicubic", "resize_mode": "shortest"}
        (folder / "open_clip_config.json").write_text(
            json.dumps({"model_cfg": config, "preprocess_cfg": preprocess}))
    else:
        path = folder / "model.pt"
        (torchscript.save if entry.format == JIT else torch.save)(
            openai_scalars(halves, size, model), path)
    del halves
    stride = 32 if is_resnet else config["vision_cfg"]["patch_size"]
    weights = sum(p.numel() for p in model.parameters())
    return Made(path, model, weights, size, is_resnet, False, stride)


def make_hugging_face(entry, folder, seed):
    """The same for a `transformers` model."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    act, patch = entry.config["hidden_act"], entry.config["patch_size"]
    config = transformers.CLIPConfig(
        text_config={"hidden_act": act},
        vision_config={"patch_size": patch, "hidden_act": act}, projection_dim=512)
    model = transformers.CLIPModel(config).eval().requires_grad_(False)
    fill(model, seed)
    model.half().float()
    if entry.format == SHARDED:
        model.save_pretrained(folder, max_shard_size="200MB")
        assert (folder / "model.safetensors.index.json").exists()
    else:
        model.half().save_pretrained(folder)
        model.float()
    (folder / "preprocessor_config.json").write_text(json.dumps({
        "crop_size": {"height": 224, "width": 224}, "size": {"shortest_edge": 224}, "resample": 3,
        "image_mean": MEAN, "image_std": STD, "do_resize": True, "do_center_crop": True,
        "do_normalize": True, "do_rescale": True, "image_processor_type": "CLIPImageProcessor"}))
    weights = sum(p.numel() for p in model.parameters())
    return Made(folder, model, weights, 224, False, True, patch)


def fill(model, seed):
    """Random weights under which activations neither vanish nor explode and every one matters:
    matrices keep their input's variance, norms and biases are away from 1 and 0."""
    generator = torch.Generator().manual_seed(seed)

    def normal(tensor, scale, around=0.0):
        tensor.normal_(around, scale, generator=generator)

    for name, p in model.named_parameters():
        last = name.rsplit(".", 1)[-1]
        if name.endswith("logit_scale"):
            p.fill_(math.log(100))
        elif "embedding" in name and "patch" not in name:
            normal(p, 0.5)
        elif last in ("proj", "text_projection"):  # [width, embed]
            normal(p, p.shape[0] ** -0.5)
        elif p.ndim == 4:
            normal(p, (2 / p[0].numel()) ** 0.5)
        elif p.ndim == 2:  # [out, in]
            normal(p, p.shape[1] ** -0.5)
        elif last == "weight":  # LayerNorm, BatchNorm
            normal(p, 0.15, around=0.5 if ".bn3." in name else 1.0)
        else:
            normal(p, 0.1)


def settle_batch_norms(model, size, seed):
    """Running statistics near those of two random pictures, so that depth does not blow them up,
    then moved away so that every one of them matters."""
    generator = torch.Generator().manual_seed(seed + 1)
    norms = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.running_mean.zero_()
        norm.running_var.fill_(1)
        norm.num_batches_tracked.zero_()
        norm.momentum = None  # the plain average
        norm.train()
    coarse = torch.randn((2, 3, size // 16, size // 16), generator=generator)
    model.visual(torch.nn.functional.interpolate(coarse, size=(size, size), mode="bilinear"))
    for norm in norms:
        norm.eval()
        shift = torch.randn(norm.running_mean.shape, generator=generator)
        norm.running_mean += 0.2 * shift * norm.running_var.sqrt()
        norm.running_var *= torch.empty_like(shift).uniform_(0.7, 1.5, generator=generator)


def is_half(name, tensor, model):
    """What OpenAI's files store in half precision: convolutions, matrices and their biases."""
    if not tensor.is_floating_point() or name == "logit_scale" or "embedding" in name:
        return False
    if ".ln_" in name or name.startswith("ln_final") or ".bn" in name or ".downsample.1." in name:
        return False
    return True


def openai_scalars(state, size, model):
    """The three numbers that OpenAI's files hold beside the weights."""
    state["input_resolution"] = torch.tensor(size)
    state["context_length"] = torch.tensor(model.context_length)
    state["vocab_size"] = torch.tensor(model.vocab_size)
    return state
