"""Muon for the matrices of the blocks, AdamW for everything else."""
import torch

MOMENTUM = 0.95
# Coefficients of the quintic iteration that takes singular values towards one (Jordan et al. 2024).
QUINTIC = (3.4445, -4.7750, 2.0315)
ITERATIONS = 5


class Muon(torch.optim.Optimizer):
    """Steps along the orthogonalized momentum of each matrix (Jordan et al. 2024).

    Updates have the root mean square that AdamW's typically have, so that both take the same rates (Liu et al. 2025).
    Matrices of one shape are orthogonalized together.
    """

    def __init__(self, matrices, lr, weight_decay):
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = {}
            for p in group["params"]:
                by_shape.setdefault(p.shape, []).append(p)
            for shape, matrices in by_shape.items():
                updates = orthogonal(torch.stack([self._direction(p) for p in matrices]))
                size = 0.2 * max(shape) ** 0.5 * group["lr"]
                for p, update in zip(matrices, updates):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(update, alpha=size)

    def _direction(self, p):
        """The gradient with Nesterov's momentum."""
        state = self.state[p]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(p)
        state["momentum"].lerp_(p.grad, 1 - MOMENTUM)
        return p.grad.lerp(state["momentum"], MOMENTUM)


def orthogonal(x):
    """About the nearest matrices whose singular values are one: [n, rows, columns]."""
    a, b, c = QUINTIC
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(ITERATIONS):
        square = x @ x.mT
        x = a * x + (b * square + c * square @ square) @ x
    return x.mT if tall else x


def make_optimizers(model, helper, decay=0.05):
    """Optimizers over all parameters; rates are set before each step."""
    matrices, others, plain = [], [helper.weight], [helper.bias]
    for name, p in model.named_parameters():
        if "resblocks" in name and p.ndim == 2:
            matrices.append(p)
        elif p.ndim >= 2 and "embedding" not in name:
            others.append(p)
        else:
            plain.append(p)
    groups = [{"params": others, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]
    return [Muon(matrices, lr=0.0, weight_decay=decay),
            torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.98), eps=1e-6)]
