"""Seeded inputs and what independent programs say about them.

Pictures are rows of pixels from the top left. Maps are either whole numbers k for k/64, which have ties, or float32
in base64; masks are strings of 0 and 1.
"""
import base64
import warnings

import numpy as np
import pycocotools.mask
import scipy.ndimage
import scipy.stats
import sklearn.metrics
import torch
import torchmetrics.classification

THRESHOLDS = np.arange(1, 20) / 20
LABELS = 5


def everything():
    """All groups of cases by name."""
    warnings.filterwarnings("ignore")
    return {"maps": maps(), "thresholds": thresholds(), "segmentation": segmentation(), "masks": masks(),
            "multilabel": multilabel(), "top": top(), "perturbation": perturbation(), "drop": drop(),
            "wilcoxon": wilcoxon(), "flips": flips(), "percentiles": percentiles()}


def bits(mask):
    return "".join("1" if value else "0" for value in np.asarray(mask).ravel())


def blob(rng, height, width, size):
    """A random mask of a few connected parts, neither empty nor full."""
    field = scipy.ndimage.gaussian_filter(rng.standard_normal((height, width)), 1.5)
    return field > np.quantile(field, 1 - size)


def map_inputs():
    rng = np.random.default_rng(7)
    for case in range(12):
        height, width = int(rng.integers(5, 24)), int(rng.integers(5, 24))
        mask = blob(rng, height, width, rng.uniform(0.1, 0.7))
        ignored = blob(rng, height, width, 0.1) if case % 3 == 2 else np.zeros_like(mask)
        noise = rng.random((height, width)) * 0.8 + mask * (0.4 if case % 4 else -0.2)
        noise = (noise - noise.min()) / (noise.max() - noise.min())
        values = (np.round(noise * 64) / 64 if case % 2 == 0 else noise).astype(np.float32)
        yield values, mask & ~ignored, ignored, case % 2 == 0, case % LABELS


def encoded(values, exact):
    if exact:
        return {"sixtyfourths": [int(value) for value in np.round(values * 64).ravel()]}
    return {"float32": base64.b64encode(values.astype("<f4").tobytes()).decode()}


def maps():
    """Pixel average precision by scikit-learn; the others by their definition in numpy, IoU by scikit-learn."""
    cases = []
    for values, mask, ignored, exact, label in map_inputs():
        kept = ~ignored
        exactly = values.astype(np.float64)
        scores, truth = exactly[kept], mask[kept]
        peak = np.flatnonzero(kept.ravel() & (exactly.ravel() == scores.max()))[0]
        y, x = divmod(int(peak), mask.shape[1])
        rows, columns = np.nonzero(mask)
        distance = float(np.sqrt(((rows - y) ** 2 + (columns - x) ** 2).min()))
        ious = [sklearn.metrics.jaccard_score(truth, scores >= t, zero_division=0) for t in THRESHOLDS]
        cases.append({
            "height": mask.shape[0], "width": mask.shape[1], "label": label, "map": encoded(values, exact),
            "mask": bits(mask), "ignored": bits(ignored), "distance": distance,
            "ap": float(sklearn.metrics.average_precision_score(truth, scores)),
            "energy": float(scores[truth].sum() / scores.sum()),
            "contrast": float(100 * (scores[truth].mean() - scores[~truth].mean())),
            "ious": [float(value) for value in ious]})
    return cases


def thresholds():
    """The threshold of the data set and what it gives, over all maps."""
    table = np.array([case["ious"] for case in maps()])
    means = table.mean(0)
    return [{"dataset": float(means.max()), "best": float(table.max(1).mean()),
             "threshold": float(THRESHOLDS[means.argmax()])}]


def segmentation():
    """mIoU by torchmetrics, once with a class that occurs nowhere; pixel accuracy by scikit-learn."""
    rng = np.random.default_rng(8)
    cases = []
    for classes in (LABELS, LABELS - 1):
        pictures = []
        for _ in range(6):
            height, width = int(rng.integers(4, 16)), int(rng.integers(4, 16))
            truth = rng.integers(0, classes, (height, width))
            output = np.where(rng.random(truth.shape) < 0.6, truth, rng.integers(0, classes, truth.shape))
            truth[rng.random(truth.shape) < 0.1] = 255
            pictures.append((truth, output))
        truths = np.concatenate([truth.ravel() for truth, _ in pictures])
        outputs = np.concatenate([output.ravel() for _, output in pictures])
        metric = torchmetrics.classification.MulticlassJaccardIndex(LABELS, average=None, ignore_index=255)
        each = metric(torch.from_numpy(outputs), torch.from_numpy(truths)).double().numpy()
        counted = [bool(((truths == k) | ((outputs == k) & (truths != 255))).any()) for k in range(LABELS)]
        kept = truths != 255
        cases.append({
            "pictures": [{"height": t.shape[0], "width": t.shape[1], "truth": t.ravel().tolist(),
                          "output": o.ravel().tolist()} for t, o in pictures],
            "miou": float(each[counted].mean()),
            "classes": [float(value) if there else None for value, there in zip(each, counted)],
            "pixels": float(sklearn.metrics.accuracy_score(truths[kept], outputs[kept]))})
    return cases


def masks():
    """IoU by pycocotools; boundary IoU by erosions with SciPy."""
    rng = np.random.default_rng(9)
    cases = []
    for case in range(6):
        height, width = int(rng.integers(20, 60)), int(rng.integers(20, 60))
        truth = blob(rng, height, width, 0.3)
        found = scipy.ndimage.shift(truth.astype(float), rng.integers(-3, 4, 2), order=0) > 0.5
        runs = [pycocotools.mask.encode(np.asfortranarray(mask.astype(np.uint8))) for mask in (found, truth)]
        ratio = (0.02, 0.05, 0.1)[case % 3]
        distance = max(1, int(round(ratio * np.hypot(height, width))))
        edges = [mask & ~scipy.ndimage.binary_erosion(mask, np.ones((3, 3)), iterations=distance, border_value=0)
                 for mask in (found, truth)]
        cases.append({
            "height": height, "width": width, "truth": bits(truth), "found": bits(found), "label": case % LABELS,
            "runs": runs[1]["counts"].decode(), "iou": float(pycocotools.mask.iou([runs[0]], [runs[1]], [0])[0, 0]),
            "ratio": ratio,
            "boundary": float((edges[0] & edges[1]).sum() / (edges[0] | edges[1]).sum())})
    return cases


def multilabel():
    """mAP by scikit-learn, and by torchmetrics where nothing is undecided (it then agrees, or this fails)."""
    rng = np.random.default_rng(10)
    cases = []
    for undecided in (0.0, 0.1):
        scores = np.round(rng.random((30, LABELS)), 1 if undecided == 0 else 6)
        truth = (rng.random(scores.shape) < 0.3).astype(int)
        truth[:, LABELS - 1] = 0  # a label that no picture has
        truth[(rng.random(scores.shape) < undecided)] = -1
        each = []
        for label in range(LABELS):
            kept = truth[:, label] >= 0
            column = truth[kept, label]
            each.append(float(sklearn.metrics.average_precision_score(column, scores[kept, label]))
                        if column.any() else None)
        if undecided == 0:
            metric = torchmetrics.classification.MultilabelAveragePrecision(LABELS, average=None)
            other = metric(torch.from_numpy(scores), torch.from_numpy(truth)).numpy()
            assert all(mine is None or abs(mine - theirs) < 1e-6 for mine, theirs in zip(each, other))
        cases.append({"scores": scores.tolist(), "truth": truth.tolist(), "classes": each,
                      "map": float(np.mean([value for value in each if value is not None]))})
    return cases


def top():
    """Top-k accuracy by scikit-learn, without ties."""
    rng = np.random.default_rng(11)
    scores = rng.permutation(40 * LABELS).reshape(40, LABELS) / 256
    truth = rng.integers(0, LABELS, 40)
    return [{"scores": scores.tolist(), "truth": truth.tolist(), "k": k, "accuracy": float(
        sklearn.metrics.top_k_accuracy_score(truth, scores, k=k, labels=range(LABELS)))} for k in (1, 2, 3)]


def picture_inputs(seed):
    rng = np.random.default_rng(seed)
    height, width = 9, 7
    picture = rng.integers(0, 256, (height, width, 3))
    weights = rng.integers(0, 100, (height, width, 3))
    values = rng.permutation(height * width).reshape(height, width).astype(np.float32) / 64
    return picture, weights, values


def described(picture, weights, values):
    return {"height": picture.shape[0], "width": picture.shape[1], "picture": picture.ravel().tolist(),
            "weights": weights.ravel().tolist(), "map": encoded(values, True)}


def linear(picture, weights):
    """The score of a picture by a model that is one weighted mean."""
    return float((picture * weights).sum() / (255 * weights.sum()))


def perturbation():
    """Deletion and insertion of a linear model, areas by scikit-learn's trapezoids."""
    cases = []
    for seed, steps, every, share in ((12, 21, 1, 1.0), (13, 10, 2, 1.0), (14, 100, 10, 0.5)):
        picture, weights, values = picture_inputs(seed)
        order = np.argsort(-values.ravel(), kind="stable")
        empty = np.broadcast_to([123, 117, 104], picture.shape)
        case = described(picture, weights, values) | {"steps": steps, "every": every, "share": share}
        for name, start, end in (("deletion", picture, empty), ("insertion", empty, picture)):
            curve = []
            for step in range(0, steps + 1, every):
                count = int(np.floor(step / steps * share * order.size + 0.5))
                current = np.array(start).reshape(-1, 3)
                current[order[:count]] = end.reshape(-1, 3)[order[:count]]
                curve.append(linear(current.reshape(picture.shape), weights))
            case[name] = {"scores": curve, "area": float(sklearn.metrics.auc(np.linspace(0, 1, len(curve)), curve))}
        cases.append(case)
    return cases


def drop():
    """Scores of a picture and of what its map shows."""
    cases = []
    for seed in (15, 16):
        picture, weights, values = picture_inputs(seed)
        if seed == 16:
            values = np.maximum(values, np.float32(0.999))
        shown = np.floor(picture * values[..., None].astype(np.float32) + np.float32(0.5)).astype(int)
        before, after = linear(picture, weights), linear(shown, weights)
        cases.append(described(picture, weights, values) | {
            "map": {"float32": base64.b64encode(values.astype("<f4").tobytes()).decode()},
            "before": before, "after": after, "drop": 100 * max(0.0, before - after) / before})
    return cases


def wilcoxon():
    """SciPy's signed-rank test: exact without ties up to 25 differences, else the normal approximation."""
    rng = np.random.default_rng(17)
    cases = []
    for count, scale, shift in ((1, 0, 0.5), (6, 0, 0.2), (12, 0, 0.0), (25, 0, 0.4), (26, 0, 0.3), (40, 0, 0.0),
                                (10, 4, 0.2), (60, 4, 0.3), (200, 8, 0.02), (18, 1, 0.0)):
        values = rng.standard_normal(count) + shift
        if scale:
            values = np.round(values * scale) / scale  # ties, some zero
        else:
            values = np.round(values * 2 ** 30) / 2 ** 30
        left = values[values != 0]
        exact = len(left) <= 25 and len(set(np.abs(left))) == len(left)
        result = scipy.stats.wilcoxon(values, zero_method="wilcox", correction=True,
                                      method="exact" if exact else "asymptotic")
        cases.append({"differences": values.tolist(), "exact": exact, "statistic": float(result.statistic),
                      "p": float(result.pvalue)})
    return cases


def flips():
    """SciPy's permutation test of paired samples, every sign tried."""
    rng = np.random.default_rng(18)
    cases = []
    for count, shift in ((3, 1.0), (8, 0.6), (13, 0.2)):
        values = np.round(rng.standard_normal(count) * 64 + 64 * shift) / 64
        result = scipy.stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
        cases.append({"differences": values.tolist(), "p": float(result.pvalue)})
    return cases


def percentiles():
    """numpy's percentiles, linear between order statistics."""
    rng = np.random.default_rng(19)
    cases = []
    for count, level in ((2, 0.95), (17, 0.9), (1000, 0.95)):
        values = np.round(rng.standard_normal(count) * 1024) / 1024
        low, high = np.percentile(values, [50 * (1 - level), 50 * (1 + level)])
        cases.append({"values": values.tolist(), "level": level, "low": float(low), "high": float(high)})
    return cases
