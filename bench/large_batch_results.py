"""The table of Lab 3's stored runs, for docs/measured.md.

python bench/large_batch_results.py      writes bench/results/large_batch.md
"""

from pathlib import Path

from large_batch import LAB

from scalelab.experiments.large_batch import SweepRuns, read_sweep_runs
from scalelab.experiments.noise_scale import read_noise_runs

RESULTS = Path(__file__).parent / "results" / "large_batch.md"
EFFECTS = [
    ("plain", "sqrt"), ("sqrt", "sqrt, warmup"), ("linear", "linear, warmup"), ("sqrt, warmup", "linear, warmup"),
    ("linear, warmup", "linear, warmup, ghost"), ("linear, warmup, ghost", "linear, warmup, ghost, longer"),
    ("rate falls", "batch grows"), ("rate held", "rate held, weights averaged"),
    # Layer-wise learning rates beside what they are without; once with no rate of its own for what they leave out.
    ("linear, warmup, ghost", "LARS, one rate for all"), ("linear, warmup, ghost", "LARS"),
    ("linear, warmup, ghost", "LARC"), ("linear, warmup, ghost", "Adam"), ("Adam", "LAMB"), ("Adam", "NovoGrad"),
    ("sqrt, warmup, ghost at 1024", "LARS at 1024"), ("sqrt, warmup, ghost at 1024", "LAMB at 1024"),
]  # fmt: skip
KINDS = {"small": "batch 16, 12 epochs", "epochs": "batch 256, 12 epochs", "updates": "batch 256, as many updates",
         "noise": "the same, noise put back", "long": "batch 16, 48 epochs",
         "scaled": "batch 256, 48 epochs, rate times 16, warmup"}  # fmt: skip


def effects(tricks: SweepRuns) -> list[str]:
    lines = ["| from | to | validation accuracy | effect |", "|---|---|---|---|"]
    for before, after in EFFECTS:
        a, b = tricks.last(before).mean(), tricks.last(after).mean()
        lines.append(f"| {before} | {after} | {a:.3f} to {b:.3f} | {tricks.effect(before, after)} |")
    return lines


def why(measured: SweepRuns) -> list[str]:
    lines = ["| recipe | training accuracy | validation accuracy |", "|---|---|---|"]
    for name, words in KINDS.items():
        cells = [_cell(measured.last(name, field)) for field in ("train_accuracy", "validation_accuracy")]
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return lines


def noise() -> list[str]:
    lines = ["| | gradient noise scale | knee of the steps | ratio |", "|---|---|---|---|"]
    for name, words in (("cifar10", "CIFAR-10"), ("fashion_mnist", "Fashion-MNIST")):
        measured = read_noise_runs(LAB / f"measured_noise_scale_{name}.json")
        scales, knee = measured.scales(), measured.curve().critical
        spread = f"{scales.mean():.0f} ({scales.min():.0f} to {scales.max():.0f})"
        lines.append(f"| {words} | {spread} | {knee:.0f} | {scales.mean() / knee:.2f} |")
    return lines


def _cell(values) -> str:
    return f"{values.mean():.3f} ± {2 * values.std(ddof=1):.3f}"


def main() -> None:
    """Write it."""
    tricks, measured = (read_sweep_runs(LAB / f"measured_{name}.json") for name in ("tricks", "why"))
    machine = ", ".join(f"{name} {value}" for name, value in tricks.machine.items())
    seeds = len(tricks.of("plain"))
    words = f"Batch 256, where nothing else is said, and {seeds} seeds in the first table; "
    words += f"{len(measured.of('small'))} seeds in the second, "
    words += f"± two standard deviations; {machine}."
    parts = ["\n".join(effects(tricks)), "\n".join(why(measured)), "\n".join(noise()), f"{tricks.setting} {words}"]
    RESULTS.write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
