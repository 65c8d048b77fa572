"""Texts: published ones, and files of one's own."""
