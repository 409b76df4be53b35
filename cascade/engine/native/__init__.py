"""Compiled kernels for many power flows of one network: factors, solves, screening.

Importing a module of this package imports numba (a second or so). Web processes must not; workers may.
"""
