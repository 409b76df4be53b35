"""API types of explanations."""

from typing import Any

import strawberry

from cascade.engine.explanation import Part, Topic
from flux_site.jobs.schema import JSONObject

PartEnum = strawberry.enum(
    Part,
    name="ExplanationPart",
    description="SUMMARY: what was lost. PATIENT_ZERO: what failed first. WAVES: how it spread. "
    "RECOMMENDATION: what would have stopped it, or brings the load back.",
)
TopicEnum = strawberry.enum(Topic, name="ExplanationTopic", description="What a sentence is about.")


@strawberry.type(name="ExplanationStatement", description="One thing to say of a run.")
class Statement:
    """A sentence or two."""

    part: PartEnum  # type: ignore[valid-type]
    topic: TopicEnum  # type: ignore[valid-type]
    text: str
    facts: JSONObject = strawberry.field(
        description="Each figure and id in the text; units are in the names."
    )


def statements(result: dict[str, Any], part: Part | None) -> list[Statement]:
    """Return the sentences of a stored explanation, or of one part of it."""
    said = [(Topic(each["topic"]), each) for each in result["statements"]]
    return [
        Statement(part=topic.part, topic=topic, text=each["text"], facts=each["facts"])
        for topic, each in said
        if part is None or topic.part is part
    ]
