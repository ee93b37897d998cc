"""Forward and backward passes in pieces, on threads of their own.

Each piece of a batch is computed by one thread from start to end. That keeps its activations in the cache and
waits for other threads only twice a step, which matters where the machine has other work to do. Sums are made in
the order of the pieces, so that results do not depend on who was first.
"""
import ctypes
from concurrent.futures import ThreadPoolExecutor

import torch

# glibc's malloc: keep freed memory instead of giving it back and faulting it in again at every step.
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4


def keep_memory():
    libc = ctypes.CDLL(None)
    for option, value in ((M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, -1), (M_TOP_PAD, 64 << 20)):
        libc.mallopt(option, value)


class Pieces:
    """A pool of threads for `forward` and `backward`; each operation in it runs on one core."""

    def __init__(self, threads):
        torch.set_num_threads(1)
        self.pool = ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,))

    def forward(self, calls):
        """The results of functions without arguments, in order, with their graphs."""
        return list(self.pool.map(lambda call: call(), calls))

    def backward(self, outputs, gradients, parameters):
        """Adds to each parameter's `grad` what the gradients of the outputs give."""
        def one(pair):
            output, gradient = pair
            return torch.autograd.grad(output, parameters, gradient, allow_unused=True)

        for grads in self.pool.map(one, zip(outputs, gradients)):
            for p, grad in zip(parameters, grads):
                if grad is not None:
                    p.grad = grad if p.grad is None else p.grad.add_(grad)
