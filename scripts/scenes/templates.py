"""CLIP's prompt templates: 80 for ImageNet and the five that CLIP Surgery adds."""
import json
import pathlib

FILE = pathlib.Path(__file__).resolve().parents[2] / "Tests/Golden/imagenet85_templates.json"
TEMPLATES = tuple(json.loads(FILE.read_text(encoding="utf8")))
