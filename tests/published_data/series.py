"""Series to forecast, and sets of the UCR archive."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def write_beijing(folder: Path, steps: int = 400) -> Path:
    """The layout of hourly_beijing_pm.csv: quoted nowhere, NA for what is missing."""
    random = np.random.default_rng(0)
    when = pd.date_range("2010-01-01", periods=steps, freq="h")
    dust = pd.Series(random.integers(1, 300, steps)).astype("Int64")
    dust[:24] = pd.NA
    frame = pd.DataFrame(
        {
            "No": np.arange(1, steps + 1),
            "year": when.year,
            "month": when.month,
            "day": when.day,
            "hour": when.hour,
            "pm2.5": dust,
            "DEWP": random.integers(-20, 20, steps),
            "TEMP": random.integers(-10, 30, steps),
            "PRES": random.integers(1000, 1040, steps),
            "cbwd": random.choice(["NW", "NE", "SE", "cv"], steps),
            "Iws": random.uniform(0, 90, steps).round(2),
            "Is": random.integers(0, 2, steps),
            "Ir": random.integers(0, 2, steps),
        }
    )
    frame.to_csv(folder / "hourly_beijing_pm.csv", index=False, na_rep="NA")
    return folder / "hourly_beijing_pm.csv"


def write_co2(folder: Path, steps: int = 500) -> Path:
    """The layout of co2.csv: dates as numbers, an empty field for what is missing."""
    when = pd.date_range("1958-03-29", periods=steps, freq="7D")
    lines = [
        f"{day:%Y%m%d},{'' if step % 90 == 6 else round(316 + 0.03 * step + step % 52 / 10, 1)}"
        for step, day in enumerate(when)
    ]
    (folder / "co2.csv").write_text("\n".join(["date,co2", *lines]) + "\n")
    return folder / "co2.csv"


def write_sunspots(folder: Path, steps: int = 309) -> Path:
    """The layout of sunspots.csv: quoted names, whole years."""
    lines = [f"{1700 + step},{50 + step % 11 * 7.5:g}" for step in range(steps)]
    (folder / "sunspots.csv").write_text("\n".join(['"YEAR","SUNACTIVITY"', *lines]) + "\n")
    return folder / "sunspots.csv"


def write_ts(path: Path, rows: list[str], labels: str = "true 1 2") -> Path:
    """The series start in line 6."""
    header = ["# made by a test", "@problemName Made", "@timeStamps false", f"@classLabel {labels}"]
    path.write_text("\n".join([*header, "@data", *rows]) + "\n", encoding="utf-8")
    return path


def ts_rows(classes: int, per_class: int, steps: int, seed: int = 0) -> list[str]:
    """Lines of one variable; the class moves its mean."""
    random = np.random.default_rng(seed)
    return [
        ",".join(f"{value:.8g}" for value in random.normal(label, 1, steps)) + f":{label}"
        for label in range(1, classes + 1)
        for _ in range(per_class)
    ]


def write_ucr(folder: Path, archive_name: str) -> Path:
    """A folder with a train and a test file."""
    write_ts(folder / f"{archive_name}_TRAIN.ts", ts_rows(2, 9, 24))
    write_ts(folder / f"{archive_name}_TEST.ts", ts_rows(2, 5, 24, seed=1))
    return folder
