"""Measures of how central a node is: what a graph alone can say, to be held against what simulation says."""
