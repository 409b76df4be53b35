"""Documents that people ask about: chunks of technical manuals, and standards to comply with.

Embeddings are not stored: a search service computes its own.
"""

from sqlalchemy import Column, Date, DateTime, Integer, String, Table, Text

from grid.warehouse.tables.base import ML_DEMO, PRODUCTION, key, metadata, ref

technical_manuals_pdf_chunks = Table(
    "technical_manuals_pdf_chunks",
    metadata,
    key("chunk_id"),
    ref("document_id"),
    Column("document_type", String(64), nullable=False),
    Column("document_title", String(256), nullable=False),
    Column("source_system", String(64)),
    Column("language", String(8), comment="ISO 639-1"),
    Column("chunk_index", Integer, nullable=False, comment="place in its document, from 0"),
    Column("chunk_text", Text, nullable=False),
    Column("token_count", Integer),
    Column("created_at", DateTime, nullable=False, comment="UTC"),
    schema=PRODUCTION,
    comment="Technical manuals, cut into chunks for search.",
)

compliance_docs = Table(
    "compliance_docs",
    metadata,
    key("doc_id"),
    Column("doc_type", String(64), nullable=False, comment="say STANDARD or PROCEDURE"),
    Column("title", String(256), nullable=False),
    Column("content", Text, nullable=False),
    Column("category", String(64)),
    Column("effective_date", Date),
    Column("revision", String(32)),
    Column("applicability", Text),
    Column("keywords", Text, comment="comma-separated"),
    schema=ML_DEMO,
    comment="Standards and procedures to comply with.",
)
