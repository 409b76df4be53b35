"""API types of explanations."""

from typing import Any

import strawberry

from cascade.engine.explanation import Topic
from flux_site.jobs.schema import JSONObject

TopicEnum = strawberry.enum(Topic, name="ExplanationTopic", description="What a sentence is about.")


@strawberry.type(name="ExplanationStatement", description="One thing to say of a run.")
class Statement:
    """A sentence or two."""

    topic: TopicEnum  # type: ignore[valid-type]
    text: str
    facts: JSONObject = strawberry.field(
        description="Each figure and id in the text; units are in the names."
    )


def statements(result: dict[str, Any]) -> list[Statement]:
    """Return the sentences of a stored explanation."""
    return [
        Statement(topic=Topic(each["topic"]), text=each["text"], facts=each["facts"])
        for each in result["statements"]
    ]
