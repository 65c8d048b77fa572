"""How the command line ends when something is wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from automl.cli.terminal import use_lookalikes
from automl.core.errors import SpaceError, UserError
from automl.core.one_line import one_line


def guarded(run: Callable[[], object]) -> None:
    """Run the program; what users can mend exits 2 with one message, our own faults exit 1."""
    use_lookalikes()
    try:
        run()
    except UserError as error:
        _complain(str(error) if isinstance(error, SpaceError) else f"automl: {error}", 2)
    except KeyboardInterrupt:
        _complain("automl: stopped", 130)
    except BrokenPipeError:
        # Whoever read our output has gone; nothing is left to say to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        log = _write_log()
        _complain(f"automl: a fault of automl's own: {error!r}; the log is in {log}", 1)


def _complain(message: str, code: int) -> None:
    # A file's own words may be in it: nothing that a terminal acts on gets through.
    sys.stderr.write("".join(f"{one_line(line)}\n" for line in message.splitlines()))
    sys.exit(code)


def _write_log() -> Path:
    import tempfile
    import traceback

    descriptor, name = tempfile.mkstemp(prefix="automl-", suffix=".log")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(traceback.format_exc())
    return Path(name)
