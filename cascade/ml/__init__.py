"""Learned risk: data sets, features, models and their honest evaluation.

Only this package imports torch, and only inside the functions that train or run a network. scikit-learn fits
trees here; what is kept of them are arrays, read back and evaluated without it.
"""
