"""The modules that a bundle's ``predict.py`` is made of; see ``automl.export.sidecars``.

They import only one another and ``automl.data.cells``, and their names are distinct, for all become
one file.
"""
