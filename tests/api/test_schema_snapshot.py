"""The schema that clients read changes only on purpose."""

from pathlib import Path

from strawberry.printer import print_schema

SNAPSHOT = Path(__file__).resolve().parents[2] / "flux_site" / "schema.graphql"


def test_the_printed_schema_is_the_one_in_the_repository() -> None:
    from flux_site.schema import schema

    assert print_schema(schema).strip() == SNAPSHOT.read_text(encoding="utf-8").strip(), (
        "run 'make schema' and look at the difference"
    )
