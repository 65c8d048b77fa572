"""Why a request gets no prediction."""

from __future__ import annotations


class Refused(Exception):
    """A request that cannot be answered as it is.

    Args:
        status: Of HTTP: 413 too large, 415 of another kind, 422 not to be read, 503 come again.
        message: What was wrong, the rule and what to do, in a sentence.
    """

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(message)
