"""The agent that answers questions about the grid."""

from __future__ import annotations

from dataclasses import dataclass

from grid.ddl.sql import SqlFile, quoted, session

BUDGET_S = 180
BUDGET_TOKENS = 100_000
MOST_RESULTS = 5

SYSTEM = """You are the assistant of an electric utility's operations center.
You answer from the utility's own data: meter readings, transformers, circuits, substations, outages, weather,
technical manuals and compliance documents. You never invent an id, a number or a source."""

ORCHESTRATION = """Numbers, counts, rankings, trends and comparisons: grid_analyst.
To find a customer, or a meter by its place: search_customers, search_meters; then grid_analyst with the ids.
How equipment works or is maintained: search_technical_docs.
What a standard or procedure requires: search_compliance_docs.
A question about a limit needs both: the limit from a document, the value from grid_analyst.
If a tool is not allowed or finds nothing, say so; general knowledge is not the utility's data."""

RESPONSE = """Answer first, then the evidence. Give every number its unit and every time its zone.
Use a table for more than three rows. Name the document and its section, and the number of the standard.
Say since when data is missing. Do not repeat personal data that the question did not ask for.
Out of scope: billing, contracts, control of equipment, staff, finance. Say so and stop."""

SAMPLES = (
    "Which ten transformers were loaded most above their rating in the last day?",
    "Which circuits have active outages, and how many customers are out on each?",
    "How does the hot spot of transformer loads follow the temperature of the air?",
    "What does IEEE C57.91 say about loading above nameplate?",
)


@dataclass(frozen=True)
class Tool:
    """A tool of the agent; a search has an id and a title column."""

    name: str
    kind: str
    resource: str
    description: str
    id_column: str = ""
    title_column: str = ""


TOOLS = (
    Tool(
        "grid_analyst",
        "cortex_analyst_text_to_sql",
        "applications.utility_semantic_view",
        "Questions about readings, loads, temperatures, outages, customers and weather, answered by SQL.",
    ),
    Tool(
        "search_customers",
        "cortex_search",
        "production.customer_search_service",
        "Finds customers by name, address or meter. Personal data: only for who may see it.",
        "customer_id",
        "full_name",
    ),
    Tool(
        "search_meters",
        "cortex_search",
        "production.ami_metadata_search",
        "Finds meters by id, place, class or what supplies them.",
        "meter_id",
        "meter_id",
    ),
    Tool(
        "search_technical_docs",
        "cortex_search",
        "production.technical_docs_search",
        "Finds passages of technical manuals.",
        "chunk_id",
        "document_title",
    ),
    Tool(
        "search_compliance_docs",
        "cortex_search",
        "ml_demo.compliance_docs_search",
        "Finds standards and procedures.",
        "doc_id",
        "title",
    ),
)


def specification() -> str:
    """Return the agent's specification, YAML."""
    lines = [
        "models:",
        "  orchestration: auto",
        "orchestration:",
        "  budget:",
        f"    seconds: {BUDGET_S}",
        f"    tokens: {BUDGET_TOKENS}",
        "instructions:",
    ]
    for name, text in (("system", SYSTEM), ("orchestration", ORCHESTRATION), ("response", RESPONSE)):
        lines += [f"  {name}: |", *(f"    {line}" for line in text.splitlines())]
    lines += ["  sample_questions:", *(f"    - question: {_yaml(sample)}" for sample in SAMPLES), "tools:"]
    for tool in TOOLS:
        lines += [
            "  - tool_spec:",
            f"      type: {tool.kind}",
            f"      name: {tool.name}",
            f"      description: {_yaml(tool.description)}",
        ]
    lines.append("tool_resources:")
    for tool in TOOLS:
        lines.append(f"  {tool.name}:")
        if tool.kind == "cortex_search":
            lines += [
                f"    name: <% database %>.{tool.resource}",
                f"    max_results: {MOST_RESULTS}",
                f"    id_column: {tool.id_column}",
                f"    title_column: {tool.title_column}",
            ]
        else:
            lines += [
                f"    semantic_view: <% database %>.{tool.resource}",
                "    execution_environment:",
                "      type: warehouse",
                "      warehouse: <% warehouse %>",
            ]
    return "\n".join(lines)


def assistant_file() -> SqlFile:
    """Return the file of the agent."""
    profile = '{"display_name": "Grid Intelligence"}'
    statement = (
        "CREATE OR REPLACE AGENT applications.grid_intelligence_agent\n"
        f"COMMENT = {quoted('Answers questions about the grid from its data and documents')}\n"
        f"PROFILE = {quoted(profile)}\n"
        f"FROM SPECIFICATION\n$$\n{specification()}\n$$"
    )
    return SqlFile("10_agent.sql", "Agent", (*session(), statement))


def _yaml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
