"""From texts to rows of the model's table of tokens."""
import numpy as np

from scenes.captions import caption_words
from scenes.colours import NAMES as COLOURS
from scenes.templates import TEMPLATES
from tokenizer import Tokenizer

# Words that captions put between names.
JOINTS = "a an and , a photo of on a background"


class Texts:
    """Encodes texts as rows of a table that has only the tokens of captions and prompts.

    `tokens[row]` is CLIP's id. Rows are in the order of ids, so that the last one ends a text.
    """

    def __init__(self, vocabulary, context):
        self.context, self.tokenizer = context, Tokenizer()
        self.words = sorted({*vocabulary.names, *caption_words(), *COLOURS})
        known = [*self.words, *(t.format("") for t in TEMPLATES), *TEMPLATES, JOINTS]
        self.tokens = sorted({i for text in known for i in self.tokenizer.encode(text.replace("{}", " "))})
        self.rows = {token: row for row, token in enumerate(self.tokens)}

    def encode(self, texts):
        """Rows, with zeros after the end: int64 [len(texts), context]."""
        out = np.zeros((len(texts), self.context), np.int64)
        for line, text in zip(out, texts):
            ids = [self.rows[i] for i in self.tokenizer.encode(text)]
            if len(ids) > self.context:
                ids = [*ids[:self.context - 1], ids[-1]]
            line[:len(ids)] = ids
        return out
