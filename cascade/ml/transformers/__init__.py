"""Failures of distribution transformers: data sets from records, models, evaluation, what to do about it."""
