"""The back end without a language model."""
