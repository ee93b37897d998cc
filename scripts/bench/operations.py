"""Floating-point operations, two for each multiply-add, of ViT-B/16 and its text tower."""

WIDTH, LAYERS, EMBED, PATCH, DEPTH = 768, 12, 512, 16, 6
TEXT_WIDTH, TEXT_LAYERS = 512, 12


def block(tokens, width):
    """Joint projection 3 D², attention 2 n D, output D², MLP 8 D² for each token."""
    return tokens * (12 * width**2 + 2 * tokens * width)


def surgery(patches, labels, released):
    """Architecture and feature surgery of one image.

    `released`: both paths in full, and the tensor [tokens, labels, embed]. Otherwise what the result
    needs: the original path's last attention, output and MLP for the class token alone.
    """
    tokens = 1 + patches
    total = patches * 3 * PATCH**2 * WIDTH + LAYERS * block(tokens, WIDTH)
    total += DEPTH * tokens * (WIDTH**2 + 2 * tokens * WIDTH)  # the new path
    total += tokens * WIDTH * EMBED
    if released:
        total += tokens * labels * EMBED * 2
    else:
        total += tokens * labels * EMBED
        # In the last block only the class token asks, and only it goes through the MLP.
        total -= patches * (10 * WIDTH**2 + 2 * tokens * WIDTH)
    return 2 * total


def texts(lengths):
    """Prompts of these padded lengths, every token through every block, causal halves not saved."""
    total = sum(TEXT_LAYERS * block(n, TEXT_WIDTH) for n in lengths)
    return 2 * (total + len(lengths) * TEXT_WIDTH * EMBED)


def text_tree(sequences):
    """Prompts that share beginnings: each distinct beginning once, each attending to what is before
    it; after the last block's keys and values, the end-of-text tokens alone."""
    beginnings = {tuple(s[: n + 1]) for s in sequences for n in range(len(s))}
    attention = sum(2 * len(b) * TEXT_WIDTH for b in beginnings)
    each = TEXT_LAYERS * (len(beginnings) * 12 * TEXT_WIDTH**2 + attention)
    ends = [len(s) for s in sequences]
    each -= (len(beginnings) - len(ends)) * 9 * TEXT_WIDTH**2
    each -= attention - sum(2 * n * TEXT_WIDTH for n in ends)
    return 2 * (each + len(ends) * TEXT_WIDTH * EMBED)
