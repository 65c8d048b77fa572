from bundle_fixtures import bundle, bundle_of, data_of, digits, facts, model

__all__ = ["bundle", "bundle_of", "data_of", "digits", "facts", "model"]
