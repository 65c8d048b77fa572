"""What holds when nobody says otherwise; here, so that showing it costs no import."""

from __future__ import annotations

RESULTS = "results"
"""Folder that studies are written to."""
