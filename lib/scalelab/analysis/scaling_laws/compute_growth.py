"""Growth over the years and power laws: straight lines on logarithmic axes, fitted with their uncertainty.

A growth is a straight line of log2(value) over time, a power law one of log(value) over log(size).
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from scalelab.errors import ScaleLabError

Value = TypeVar("Value", float, np.ndarray)  # a number, or as many as there are places
MONTHS = 12
SECONDS_A_DAY = 86_400
FLOP_FROM = ("reported", "estimate", "arithmetic")  # by the authors; by others; 6 x parameters x tokens


@dataclass(frozen=True)
class System:
    """One trained model; parameters, data (in `unit`) and flop (of its training) are NaN where unpublished."""

    name: str
    year: float
    reads: str
    parameters: float
    data: float
    unit: str
    flop: float
    flop_from: str
    source: str


@dataclass(frozen=True)
class Accelerator:
    """Peak FLOP/s of one, dense: in its fastest format for training (`peak`, `format`) and in plain FP32."""

    name: str
    year: float
    peak: float
    format: str
    fp32: float
    source: str


ACCELERATORS = (
    Accelerator("K20X", 2012.87, 3.95e12, "FP32", 3.95e12, "NVIDIA Tesla K20X board specification 2012"),
    Accelerator("K40", 2013.88, 4.29e12, "FP32", 4.29e12, "NVIDIA Tesla K40 board specification 2013, base clock"),
    Accelerator("M40", 2015.86, 6.8e12, "FP32", 6.8e12, "NVIDIA Tesla V100 white paper 2017, table 1"),
    Accelerator("P100", 2016.26, 21.2e12, "FP16", 10.6e12, "NVIDIA Tesla P100 white paper 2016, table 1"),
    Accelerator("V100", 2017.36, 125e12, "FP16 tensor", 15.7e12, "NVIDIA Tesla V100 white paper 2017, table 1"),
    Accelerator("A100", 2020.37, 312e12, "FP16 tensor", 19.5e12, "NVIDIA A100 data sheet 2020"),
    Accelerator("H100", 2022.22, 989e12, "FP16 tensor", 67e12, "NVIDIA H100 SXM data sheet 2022, without sparsity"),
    Accelerator("B200", 2024.21, 2250e12, "FP16 tensor", 75e12, "NVIDIA HGX B200 data sheet 2024, without sparsity"),
)


def read_systems(path: Path | str) -> list[System]:
    """The systems of a CSV file by date. Raises ScaleLabError for a missing file and a row that is not whole."""
    path = Path(path)
    if not path.is_file():
        raise ScaleLabError(f"Expected the table of systems at {path} but nothing is there; copy it from the lab.")
    with path.open(newline="", encoding="utf-8") as file:
        rows = [_system(row, path) for row in csv.DictReader(file)]
    return sorted(rows, key=lambda system: system.year)


def _system(row: dict[str, str], path: Path) -> System:
    try:
        day = date.fromisoformat(row["date"])
        numbers = {key: float(row[key] or "nan") for key in ("parameters", "data", "flop")}
        texts = {key: row[key] for key in ("reads", "unit", "flop_from", "source")}
    except (KeyError, TypeError, ValueError) as error:
        raise ScaleLabError(f"Expected a whole row in {path} but got {row} ({error}); correct that row.") from error
    if texts["flop_from"] not in FLOP_FROM or not texts["source"] or any(value <= 0 for value in numbers.values()):
        raise ScaleLabError(
            f"Expected positive numbers, a source and flop_from among {', '.join(FLOP_FROM)} in {path} "
            f"but got {row}; correct that row."
        )
    return System(
        row["system"], day.year + (day.timetuple().tm_yday - 1) / 365.25, texts["reads"], numbers["parameters"],
        numbers["data"], texts["unit"], numbers["flop"], texts["flop_from"], texts["source"],
    )  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A least-squares line y = middle + slope (x - centre); `error`: the standard error of the slope."""

    centre: float
    middle: float
    slope: float
    error: float

    def at(self, x: Value) -> Value:
        """The fitted y at x."""
        return self.middle + self.slope * (x - self.centre)


def _fit(x: np.ndarray, y: np.ndarray) -> Line:
    """The line with the smallest sum of squares. Raises ScaleLabError below three points or with all x equal."""
    if len(x) < 3 or np.ptp(x) == 0:
        raise ScaleLabError(f"Expected three points or more at different places but got {len(x)}; add some.")
    dx = x - x.mean()
    slope = dx @ y / (dx @ dx)
    rest = y - y.mean() - slope * dx
    error = np.sqrt(rest @ rest / (len(x) - 2) / (dx @ dx))
    return Line(float(x.mean()), float(y.mean()), float(slope), float(error))


@dataclass(frozen=True)
class Growth:
    """Exponential growth: `line` is log2(value) over the year, so its slope is in doublings a year."""

    line: Line

    def at(self, year: Value) -> Value:
        """The fitted value in that year."""
        return 2 ** self.line.at(year)

    @property
    def doubling_months(self) -> float:
        """Months to double; negative where the value falls."""
        return MONTHS / self.line.slope

    @property
    def interval(self) -> tuple[float, float]:
        """Doubling time in months at the slope plus and minus two standard errors (inf where that does not grow)."""
        slow = self.line.slope - 2 * self.line.error
        return MONTHS / (self.line.slope + 2 * self.line.error), MONTHS / slow if slow > 0 else float("inf")

    @property
    def a_year(self) -> float:
        """The factor of one year."""
        return 2**self.line.slope


def growth(years: npt.ArrayLike, values: npt.ArrayLike) -> Growth:
    """Least squares of log2(value) over the year; pairs with a NaN are left out.

    Raises ScaleLabError for values that are not positive and for fewer than three pairs.
    """
    return Growth(_fit(*_positive_pairs(years, values, log_x=False, log=np.log2)))


@dataclass(frozen=True)
class PowerLaw:
    """value = factor * size**exponent; `error`: the standard error of the exponent."""

    factor: float
    exponent: float
    error: float

    def at(self, size: np.ndarray | float) -> np.ndarray | float:
        """The fitted value at that size."""
        return self.factor * np.asarray(size, dtype=float) ** self.exponent


def power_law(sizes: npt.ArrayLike, values: npt.ArrayLike) -> PowerLaw:
    """Least squares of log(value) over log(size), one pair a run. Raises ScaleLabError as `growth`."""
    line = _fit(*_positive_pairs(sizes, values, log_x=True, log=np.log))
    return PowerLaw(float(np.exp(line.at(0.0))), line.slope, line.error)


def _positive_pairs(
    places: npt.ArrayLike, values: npt.ArrayLike, log_x: bool, log: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.asarray(places, dtype=float).ravel(), np.asarray(values, dtype=float).ravel()
    if x.shape != y.shape:
        raise ScaleLabError(f"Expected as many places as values but got {len(x)} and {len(y)}; pair them.")
    there = ~(np.isnan(x) | np.isnan(y))
    x, y = x[there], y[there]
    if (y <= 0).any() or (log_x and (x <= 0).any()):
        raise ScaleLabError("Expected positive numbers, because their logarithm is fitted; leave the others out.")
    return (log(x) if log_x else x), log(y)


def work(peak: Value, days: float, utilisation: float = 0.4) -> Value:
    """FLOP that one device of `peak` FLOP/s does in that many days at that share of its peak."""
    return peak * utilisation * days * SECONDS_A_DAY


def days_needed(flop: float, peak: float, devices: float = 1, utilisation: float = 0.4) -> float:
    """Days of `devices` equal ones for that many FLOP, if nothing is lost between them."""
    return flop / (devices * work(peak, 1.0, utilisation))


def kaplan_parameters(parameters: np.ndarray | float) -> np.ndarray | float:
    """Loss (nats a token) by non-embedding parameters, data unlimited: Kaplan et al. 2020, equation 1.1."""
    return (8.8e13 / np.asarray(parameters, dtype=float)) ** 0.076


def kaplan_data(tokens: np.ndarray | float) -> np.ndarray | float:
    """Loss (nats a token) by tokens, stopped early, model unlimited: Kaplan et al. 2020, equation 1.2."""
    return (5.4e13 / np.asarray(tokens, dtype=float)) ** 0.095


@dataclass(frozen=True)
class LossLaw:
    """loss(N, D) = floor + a / N**alpha + b / D**beta, in nats a token: Hoffmann et al. 2022, equation 2."""

    floor: float
    a: float
    alpha: float
    b: float
    beta: float

    def __call__(self, parameters: np.ndarray | float, tokens: np.ndarray | float) -> np.ndarray | float:
        """The loss of a model with that many parameters (N) after that many tokens (D)."""
        size, data = np.asarray(parameters, dtype=float), np.asarray(tokens, dtype=float)
        return self.floor + self.a / size**self.alpha + self.b / data**self.beta


HOFFMANN = LossLaw(1.69, 406.4, 0.34, 410.7, 0.28)  # Hoffmann et al. 2022, equation 10
BESIROGLU = LossLaw(1.8172, 482.01, 0.3478, 2085.43, 0.3658)  # the same data, fitted anew: Besiroglu et al. 2024
