"""GraphQL of the check of the grid's records."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
import strawberry_django
from strawberry.types import Info

from flux_site.api.guard import Requires
from flux_site.api.operation import Fault, expected_failures
from flux_site.api.visibility import require_login
from flux_site.jobs.schema import Job
from grid.selectors.data_quality import quality_report
from grid.services import data_quality
from grid.topology.quality import FindingKind, Severity

FindingKindEnum = strawberry.enum(
    FindingKind, name="DataQualityKind", description="What is wrong with a record."
)
SeverityEnum = strawberry.enum(
    Severity,
    name="DataQualitySeverity",
    description="ERROR: answers about supply are wrong; WARNING: they may be; INFO: they are not.",
)
StartDataQualityCheckPayload = Annotated[Job | Fault, strawberry.union("StartDataQualityCheckPayload")]


@strawberry.type(description="One thing that is wrong with the record of an asset.")
class DataQualityFinding:
    """A finding."""

    kind: FindingKindEnum
    severity: SeverityEnum
    asset_kind: str
    asset_id: str
    other_id: str | None = strawberry.field(description="The other asset or node concerned.")
    explanation: str
    value: float | None = strawberry.field(description="What was measured, in the unit that the text names.")


@strawberry.type(description="How many findings there are of one kind.")
class DataQualityCount:
    """A count."""

    kind: FindingKindEnum
    severity: SeverityEnum
    count: int


@strawberry.type(description="What the last check of the records found.")
class DataQualityReport:
    """A page of findings."""

    checked_at: datetime | None = strawberry.field(
        description="When the last check that ended began; null: none has, or its job is no longer kept."
    )
    counts: list[DataQualityCount] = strawberry.field(description="Of all findings, by kind.")
    total_count: int = strawberry.field(description="Findings that were asked for, on all pages.")
    items: list[DataQualityFinding]


@strawberry.type
class DataQualityQuery:
    """Questions about records that are wrong."""

    @strawberry_django.field(
        extensions=[Requires("grid.view_dataqualityfinding")],
        description="What the last check found wrong with the records of the grid: what is not fed, loops, "
        "phases and voltages that do not fit, loose ends, doubled ids, lengths, things far from what they "
        "are connected to. The gravest first.",
    )
    def data_quality(
        self,
        info: Info,
        kinds: list[FindingKindEnum] | None = None,
        severities: list[SeverityEnum] | None = None,
        asset_id: str | None = None,
        first: int = 100,
        offset: int = 0,
    ) -> DataQualityReport:
        """Return a page."""
        found = quality_report(
            kinds=None if kinds is None else [str(each) for each in kinds],
            severities=None if severities is None else [str(each) for each in severities],
            asset_id=asset_id,
            first=first,
            offset=offset,
            user=require_login(info),
        )
        return DataQualityReport(
            checked_at=found.checked_at,
            counts=[
                DataQualityCount(
                    kind=FindingKind(each.kind), severity=Severity(each.severity), count=each.count
                )
                for each in found.counts
            ],
            total_count=found.total_count,
            items=[
                DataQualityFinding(
                    kind=FindingKind(row.kind),
                    severity=Severity(row.severity),
                    asset_kind=row.asset_kind,
                    asset_id=row.asset_id,
                    other_id=row.other_id,
                    explanation=row.explanation,
                    value=row.value,
                )
                for row in found.items
            ],
        )


@strawberry.type
class DataQualityMutation:
    """Control of the check."""

    @strawberry_django.mutation(
        handle_django_errors=False,
        extensions=[Requires("grid.change_synclayer")],
        description="Check the records of the grid, as a job; its findings take the place of the last ones.",
    )
    def start_data_quality_check(self, info: Info) -> StartDataQualityCheckPayload:
        """Start a check."""

        def start() -> Any:
            return data_quality.start_check(user=require_login(info))

        return expected_failures(start)
