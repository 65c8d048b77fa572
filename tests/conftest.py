"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# A slow moment of the machine is no fault of the code.
settings.register_profile("shared machine", settings.default, deadline=None)
settings.load_profile("shared machine")
