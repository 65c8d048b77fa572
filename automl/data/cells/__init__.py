"""Parses the cells of text files: characters, rows, numbers, dates and missing values.

These modules import only the standard library and each other, because ``predict.py`` in a bundle
contains their source, so that it reads files as the search did.
"""
