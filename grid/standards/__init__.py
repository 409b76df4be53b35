"""Engineering catalogues and formulas from published standards. Imports no web framework."""
