"""The modules that a bundle's ``predict.py`` is made of; see ``automl.export.sidecars``.

They use only one another, ``automl.data.cells``, and the functions ``load_model`` of a format and
``make_encode`` of a tokenizer. Their names are distinct, for all become one file.
"""
