"""The model card."""
import textwrap

from curve import lengths, processor_hours
from scenes.composer import Composer
from scenes.concepts import BACKGROUNDS, SOURCES


def card(settings, step, texts, results, curve):
    """The card as Markdown, from a run's settings and curve and what `evaluate` found."""
    shape, vocabulary = settings.shape, Composer(settings.shape.image).vocabulary
    everything, one, found = results["all"], results["one"], results["retrieval"]
    return wrapped(f"""# emoji: the built-in model

A small CLIP that ships inside the program, so that every script runs without a download.
It has seen drawn scenes only and knows no photographs: use it to learn the methods and to
test scripts, and a published checkpoint for results about the world.

## What it knows

{len(vocabulary.of_glyph)} glyphs of Noto Color Emoji by {vocabulary.glyph_names} names: those of CLDR (`tiger face`, `potted plant`, `fire
engine`) and short ones (`dog`, `car`, `tree`, `cup of coffee`). {len(BACKGROUNDS)} backgrounds: {', '.join(BACKGROUNDS)}.
Captions also say where objects lie (`a dog left of a car`), whether they are large or small, and colours. The
checkpoint's metadata lists its {len(texts.words)} words. Of the 49,408 rows of the token table {len(texts.tokens)} are in use; a word
made of other tokens is nothing but zeros to this model.

## Shape

OpenAI's layout, half precision, QuickGELU, embedding {shape.embedding}.

Vision: image {shape.image}, patch {shape.patch} ({shape.image // shape.patch} × {shape.image // shape.patch} patches), \
width {shape.width}, {shape.blocks} blocks, {shape.width // 64} heads.

Text: width {shape.text_width}, {shape.text_blocks} blocks, {shape.text_width // 64} heads, context {shape.context}, CLIP's vocabulary.

## Training

From scratch by `scripts/train-demo-model`: {step:,} steps of {settings.batch} scenes made on the fly, seed {settings.seed}, in
{processor_hours(curve):.1f} hours of processor time on two cores. One to three glyphs on one or two backgrounds, with captions and prompts
in CLIP's templates. {lengths(curve)}Two losses of equal weight train both towers: CLIP's contrastive loss over the batch, and a cross-entropy of each image
against all names; a classifier without texts, which is thrown away, helps the image tower. Nothing is asked of
single patches. Patches kept: {', '.join(f'{keep} until {end:.0%}' for end, keep in settings.stages)} of the steps.
Matrices by Muon, all else by AdamW. The weights are averages over the last thousand or so steps. Names: {SOURCES}.

## Accuracy

Measured by `scripts/train-demo-model evaluate`: {results['scenes']:,} scenes of one object each, made by the training
generator with seeds not trained on (9001) at {shape.image} pixels, with the templates `a photo of a {{}}.`, `a {{}}.`, `{{}}`. A
scene counts where a name of its glyph is among the one or five most similar. In brackets the 95 % interval of a
binomial share (Wilson).

| names to choose from | top-1 | top-5 |
|---|---|---|
| {everything['names']}: all names of all glyphs | {shown(everything['top1'])} | {shown(everything['top5'])} |
| {one['names']}: the shortest name of each glyph, shared ones once | {shown(one['top1'])} | {shown(one['top5'])} |

Top-1 over all names by the object's side in pixels: {'; '.join(f'{k}: {shown(v)}' for k, v in results['sides'].items())}.

Of {found['pairs']} captions of scenes with one to three objects, the scene's own is the most similar in {shown(found['r1'])} of
cases. Someone who sees what is in a scene, and chooses by names alone, would find {found['oracle']:.3f} of them, since several
captions may fit.

The glyphs named worst: {'; '.join(f'{name} ({right} of {asked})' for name, right, asked, _ in results['worst'])}.

## Licence

The weights are this project's, under its licence. The glyphs they were trained on are Noto Color Emoji
(SIL Open Font License 1.1), the names come from Unicode's emoji data and CLDR (Unicode License).
""")


def wrapped(text):
    """Paragraphs with lines of up to 110 characters; headings and tables as they are."""
    parts = text.rstrip("\n").split("\n\n")
    return "\n\n".join(p if p[0] in "#|" else textwrap.fill(p, 110, break_on_hyphens=False) for p in parts) + "\n"


def shown(value):
    share, low, high = value
    return f"{share:.3f} ({low:.3f} to {high:.3f})"
