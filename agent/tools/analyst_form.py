"""The form of a question as a language model sees it; ``agent.semantic.form`` is what it becomes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from agent.semantic.form import Grain, Operator, Question, question_from_json
from agent.tools.spec import Input


class FilterInput(Input):
    """The values that a dimension must have."""

    dimension: str = Field(description="table.name of a dimension.")
    values: list[str] = Field(description="One of these; booleans as true or false.")
    is_excluded: bool = Field(default=False, description="True: none of these.")


class ConditionInput(Input):
    """How a number must compare, in its own unit."""

    of: str = Field(description="table.name of a fact in conditions; name of a chosen metric in having.")
    operator: Operator
    value: float
    upper: float | None = Field(default=None, description="The upper end, for BETWEEN.")


class PeriodInput(Input):
    """A time on the local clock of the grid."""

    start: datetime | None = Field(default=None, description="ISO, without an offset; null: no beginning.")
    end: datetime | None = Field(default=None, description="ISO, without an offset, not itself included.")
    words: str = Field(default="", description="A short name; needed where two periods are compared.")


class OrderInput(Input):
    """What the answer is ranked by."""

    by: str = Field(description="A chosen metric, time, or table.name of a fact where rows are listed.")
    is_descending: bool = True


class FormInput(Input):
    """A question as data: metrics with groups, or rows of a subject."""

    metrics: list[str] = Field(default=[], description="Names of metrics; empty: rows of subject.")
    subject: str | None = Field(default=None, description="A table whose rows are listed.")
    columns: list[str] = Field(default=[], description="table.name shown of subject's rows beside the key.")
    groups: list[str] = Field(default=[], description="table.name of dimensions that metrics are split by.")
    grain: Grain | None = Field(default=None, description="Pieces of time that metrics are split by.")
    filters: list[FilterInput] = []
    conditions: list[ConditionInput] = Field(default=[], description="Limits on facts of single rows.")
    having: list[ConditionInput] = Field(default=[], description="Limits on the chosen metrics.")
    periods: list[PeriodInput] = Field(
        default=[], description="One limits the time; two are compared side by side. Empty: all on record."
    )
    time: str | None = Field(
        default=None, description="table.name of the time that periods are about, if not the table's own."
    )
    share: list[FilterInput] = Field(
        default=[], description="The part of which metrics are given in per cent of the whole."
    )
    order: OrderInput | None = None
    limit: int | None = Field(default=None, ge=1, description="At most so many rows; never above 1000.")

    def question(self) -> Question:
        """Return the form.

        Raises:
            QuestionInvalid: if its parts do not go together.
        """
        data: dict[str, Any] = self.model_dump(mode="json")
        return question_from_json(data)
