"""What a run does at each of its steps."""
from dataclasses import dataclass

from model import Shape


@dataclass(frozen=True)
class Settings:
    """A run. It is `steps` long and a function of `seed`; both may be told on the command line.

    `stages` are (end as a share of the run, patches kept): pictures are seen in part at first, whole at the end.
    The rate rises over `warmup` steps, stays, and falls to nothing over the last `cooldown` share of the run,
    so that a run can be made longer before it cools down.
    """

    steps: int = 2600
    seed: int = 1
    batch: int = 256
    prompts: int = 256
    rate: float = 2e-3
    warmup: int = 200
    cooldown: float = 0.3
    stages: tuple = ((0.5, 48), (0.8, 64), (0.93, 98), (1.0, 196))
    average: float = 0.999
    shape: Shape = Shape()

    def keep(self, step):
        """How many patches of each picture a step sees."""
        return next(keep for end, keep in self.stages if step < end * self.steps)

    def rate_at(self, step):
        """The learning rate of a step."""
        left = (self.steps - step) / (self.cooldown * self.steps)
        return self.rate * min(1.0, (step + 1) / self.warmup, left)

    def average_at(self, step):
        """The share that the averaged weights keep of themselves at a step."""
        return min(self.average, (step + 1) / (step + 10))
