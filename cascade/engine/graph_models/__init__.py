"""Cascades on bare graphs: no power, flows or ratings.

They are kept for comparison with what others publish, and are labelled as what they are. How many nodes such
a model takes out says little about how much load is lost (Hines, Cotilla-Sanchez, Blumsack 2010).
"""
