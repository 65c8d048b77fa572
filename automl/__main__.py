"""The command line: ``python -m automl``, or ``automl``."""

from __future__ import annotations

from automl.cli import app
from automl.cli.entry_point import run_guarded


def main() -> None:
    """Run the command line; exits 0, 1 (our fault) or 2 (something to mend)."""
    run_guarded(app)


if __name__ == "__main__":
    main()
