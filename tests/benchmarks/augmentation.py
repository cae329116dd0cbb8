"""Times an epoch of 784-800-800-10 with distortions beside a plain one, in the same run.

python tests/benchmarks/augmentation.py
"""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from digit_recognizer import training
from digit_recognizer.training.config import TrainConfig
from digit_recognizer.training.dataset import load_dataset
from tests.benchmarks.figures import Figure, conclude, parser, run
from tests.benchmarks.tools import epoch_seconds

PLAIN = TrainConfig(hidden=(800, 800), batch_size=256)
ROUNDS = 3
LIMIT = 2.2


def main() -> int:
    """Train in turns and print a table; returns the exit status."""
    flags = parser(__doc__).parse_args()
    data = load_dataset()
    training.load()
    seconds = {False: [], True: []}
    for _ in range(ROUNDS):
        for augment, epochs in seconds.items():
            epochs.append(epoch_seconds(replace(PLAIN, augment=augment), data))
    plain, distorted = (min(seconds[augment]) for augment in (False, True))
    print(f"{'epoch of 784-800-800-10':<28}{'seconds':>15}")
    print(f"{'plain':<28}{plain:>15.2f}")
    print(f"{'with distortions':<28}{distorted:>15.2f}")
    ratio = distorted / plain
    return conclude(
        [
            Figure(
                "an epoch of 784-800-800-10 with distortions",
                f"{distorted:.1f} s",
                "augmentation.py",
                f"{plain:.1f} s for a plain one",
                f"{ratio:.2f} times as long",
                f"at most {LIMIT} times",
                ratio <= LIMIT,
            )
        ],
        flags,
    )


if __name__ == "__main__":
    run(main)
