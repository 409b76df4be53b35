"""Cascades explained in words."""

from cascade.engine.explanation.explaining import Consequence, explain
from cascade.engine.explanation.wording import Part, Statement, Topic

__all__ = ["Consequence", "Part", "Statement", "Topic", "explain"]
