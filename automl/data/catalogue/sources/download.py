"""Files of a web server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.request import Request, urlopen

from automl.data.catalogue.sources.source import Found
from automl.data.source import Announce

TIMEOUT = 10.0  # seconds without a byte


@dataclass(frozen=True)
class Download:
    """A folder of a web server.

    Args:
        url: Of the folder, without the last slash.
    """

    url: str

    def read(self, names: Sequence[str], announce: Announce) -> Found:
        """Each, downloaded while it is read."""
        for name in names:
            url = f"{self.url}/{name}"
            announce(f"downloading {url}")
            request = Request(url, headers={"User-Agent": "automl"})
            with urlopen(request, timeout=TIMEOUT) as response:
                yield name, response

    def __str__(self) -> str:
        return self.url
