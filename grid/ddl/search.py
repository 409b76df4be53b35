"""Cortex Search: customers, meters, technical manuals, compliance documents."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CTE, Table

from grid.ddl.sql import SqlFile, quoted, session
from grid.warehouse import tables, views


@dataclass(frozen=True)
class SearchService:
    """A search service: the text searched, filters, what else it returns, how fresh it is."""

    name: str
    source: str
    columns_of: CTE | Table
    text: str
    attributes: tuple[str, ...]
    also: tuple[str, ...]
    target_lag: str
    comment: str


SERVICES = (
    SearchService(
        "production.customer_search_service",
        "production.customers_searchable",
        views.customers_searchable,
        "search_text",
        ("customer_segment", "city", "account_status"),
        ("customer_id", "full_name", "service_address", "zip_code", "meter_id"),
        "1 day",
        "Customers by name, address, meter. Personal data.",
    ),
    SearchService(
        "production.ami_metadata_search",
        "production.ami_metadata_searchable",
        views.ami_metadata_searchable,
        "search_text",
        ("customer_segment_id", "city", "status", "substation_id", "circuit_id"),
        ("meter_id", "transformer_id", "zip_code"),
        "1 hour",
        "Meters by id, place, what supplies them",
    ),
    SearchService(
        "production.technical_docs_search",
        "production.technical_manuals_pdf_chunks",
        tables.technical_manuals_pdf_chunks,
        "chunk_text",
        ("document_type", "document_title", "source_system", "language"),
        ("chunk_id", "document_id", "chunk_index"),
        "1 hour",
        "Technical manuals by what they say",
    ),
    SearchService(
        "ml_demo.compliance_docs_search",
        "ml_demo.compliance_docs",
        tables.compliance_docs,
        "content",
        ("doc_type", "category", "title"),
        ("doc_id", "revision", "effective_date", "applicability"),
        "1 hour",
        "Standards and procedures by what they say",
    ),
)


def search_file() -> SqlFile:
    """Return the file of the search services."""
    return SqlFile("08_search.sql", "Search services", (*session(), *map(create_service, SERVICES)))


def create_service(service: SearchService) -> str:
    """Return the statement that creates a search service."""
    columns = (service.text, *service.attributes, *service.also)
    return (
        f"CREATE CORTEX SEARCH SERVICE IF NOT EXISTS {service.name}\n"
        f"ON {service.text}\n"
        f"ATTRIBUTES {', '.join(service.attributes)}\n"
        "WAREHOUSE = <% pipeline_warehouse %>\n"
        f"TARGET_LAG = {quoted(service.target_lag)}\n"
        f"COMMENT = {quoted(service.comment)}\n"
        f"AS (\nSELECT {', '.join(columns)}\nFROM {service.source}\n)"
    )
