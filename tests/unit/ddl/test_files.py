"""The files of deploy/snowflake: current, read by a parser of Snowflake's dialect, and true to the tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlglot
import yaml
from sqlglot import exp

from agent.semantic.loading import semantic_model
from agent.semantic.publish import view_file
from grid.ddl import assistant, jobs, network, search
from grid.ddl.access import MASK, READ_SCHEMAS, ROLES, SYNC_TABLES, personal_columns
from grid.ddl.files import FOLDER, VARIABLES, all_files, outdated, write
from grid.ddl.sql import VARIABLE
from grid.layers.registry import LAYERS
from grid.warehouse.statements import tables_read
from grid.warehouse.tables import DERIVED_TABLES, customers_master_data, metadata
from grid.warehouse.views import VIEWS

ALL_FILES = [*all_files(), view_file(semantic_model())]
FILES = {file.name: file for file in ALL_FILES}
STATEMENTS = [(file.name, statement) for file in ALL_FILES for statement in file.statements]

# Statements whose inside the parser does not know: their beginnings, exactly. A typo has another beginning.
OPAQUE = (
    r"ALTER SCHEMA \w+ ENABLE MANAGED ACCESS$",
    r"ALTER ALERT [\w.]+ RESUME",
    r"ALTER TABLE production\.customers_master_data MODIFY COLUMN \w+ SET MASKING POLICY [\w.]+ FORCE",
    r"ALTER TASK [\w.]+ RESUME",
    r"ALTER USER \w+ SET NETWORK_POLICY = \w+",
    r"ALTER WAREHOUSE \w+ SET RESOURCE_MONITOR = \w+",
    r"CREATE ALERT IF NOT EXISTS [\w.]+ WAREHOUSE = \w+ SCHEDULE = '\d+ MINUTE' COMMENT = '[^']+'\nIF \(EX",
    r"CREATE COMPUTE POOL IF NOT EXISTS \w+ MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_S ",
    r"CREATE CORTEX SEARCH SERVICE IF NOT EXISTS [\w.]+\nON \w+\nATTRIBUTES [\w, ]+\nWAREHOUSE = \w+\nTARGET",
    r"CREATE EXTERNAL ACCESS INTEGRATION IF NOT EXISTS \w+ ALLOWED_NETWORK_RULES = \([\w.]+\) ",
    r"CREATE IMAGE REPOSITORY IF NOT EXISTS [\w.]+",
    r"CREATE MASKING POLICY IF NOT EXISTS [\w.]+ AS \(value VARCHAR\) RETURNS VARCHAR -> CASE WHEN ",
    r"CREATE NETWORK POLICY IF NOT EXISTS \w+ ALLOWED_NETWORK_RULE_LIST = \('[\w.]+'\)",
    r"CREATE NETWORK RULE IF NOT EXISTS [\w.]+ MODE = (INGRESS TYPE = IPV4|EGRESS TYPE = HOST_PORT) VALUE_LI",
    r"CREATE NOTIFICATION INTEGRATION IF NOT EXISTS \w+ TYPE = EMAIL ENABLED = TRUE ALLOWED_RECIPIENTS = \(",
    r"CREATE OR REPLACE AGENT [\w.]+\nCOMMENT = '[^']+'\nPROFILE = '[^']+'\nFROM SPECIFICATION\n\$\$\n",
    r"CREATE OR REPLACE SEMANTIC VIEW [\w.]+\nTABLES \(\n",
    r"CREATE PIPE IF NOT EXISTS [\w.]+ COMMENT = '[^']+'\nAS\nCOPY INTO [\w.]+ \(",
    r"CREATE RESOURCE MONITOR IF NOT EXISTS \w+ WITH CREDIT_QUOTA = \d+ FREQUENCY = MONTHLY START_TIME",
    r"CREATE ROLE IF NOT EXISTS \w+ COMMENT = '[^']+'$",
    r"CREATE SECRET IF NOT EXISTS [\w.]+ TYPE = GENERIC_STRING SECRET_STRING = '\w+' COMMENT = '[^']+'$",
    r"CREATE SERVICE IF NOT EXISTS [\w.]+ IN COMPUTE POOL \w+ EXTERNAL_ACCESS_INTEGRATIONS = \(\w+\) ",
    r"CREATE STREAM IF NOT EXISTS [\w.]+ ON (DYNAMIC )?TABLE [\w.]+ COMMENT = '[^']+'$",
    r"CREATE TASK IF NOT EXISTS [\w.]+ WAREHOUSE = \w+ SCHEDULE = 'USING CRON [\d* ]+ UTC' COMMENT = '[^']+'",
    r"CREATE USER IF NOT EXISTS \w+ TYPE = SERVICE DEFAULT_ROLE = \w+ ",
    r"GRANT (CREATE STAGE|USAGE) ON SCHEMA \w+ TO ROLE \w+$",
    r"GRANT (EXECUTE TASK|EXECUTE ALERT|BIND SERVICE ENDPOINT) ON ACCOUNT TO ROLE \w+$",
    r"GRANT SELECT(, INSERT, UPDATE, DELETE, TRUNCATE)? ON (ALL|FUTURE) (DYNAMIC )?(TABLES|VIEWS) IN SCHEMA ",
    r"GRANT (SELECT|INSERT) ON (TABLE|VIEW|DYNAMIC TABLE|SEMANTIC VIEW) [\w.]+ TO ROLE \w+$",
    r"GRANT DATABASE ROLE SNOWFLAKE\.CORTEX_USER TO ROLE \w+$",
    r"GRANT OWNERSHIP ON DATABASE \w+ TO ROLE \w+ COPY CURRENT GRANTS$",
    r"GRANT READ ON SECRET [\w.]+ TO ROLE \w+$",
    r"GRANT READ, WRITE ON STAGE [\w.]+ TO ROLE \w+$",
    r"GRANT ROLE \w+ TO (ROLE|USER) \w+$",
    r"GRANT SELECT ON ALL STREAMS IN SCHEMA \w+ TO ROLE \w+$",
    r"GRANT USAGE ON (AGENT|CORTEX SEARCH SERVICE|DATABASE|INTEGRATION|WAREHOUSE) [\w.]+ TO ROLE \w+$",
    r"GRANT USAGE, MONITOR ON COMPUTE POOL \w+ TO ROLE \w+$",
    r"SHOW (AGENTS|ALERTS|DYNAMIC TABLES|SEMANTIC VIEWS|STREAMS|TASKS) IN SCHEMA \w+$",
    r"SHOW CORTEX SEARCH SERVICES IN DATABASE \w+$",
    r"SHOW GRANTS TO ROLE PUBLIC$",
)  # fmt: skip


def filled(text: str) -> str:
    """Return ``text`` with a plain value for every variable."""
    return VARIABLE.sub(lambda found: "7" if found[1].endswith(("days", "minutes", "quota")) else "X1", text)


def test_the_files_are_current() -> None:
    assert outdated() == [], "run python -m grid.ddl --write"


def test_a_changed_a_missing_and_a_foreign_file_are_noticed(tmp_path: Path) -> None:
    document = tmp_path / "tables.md"
    write(tmp_path, document)
    assert outdated(tmp_path, document) == []

    (tmp_path / "02_tables.sql").write_text("SELECT 1;")
    (tmp_path / "04_views.sql").unlink()
    (tmp_path / "99_mine.sql").write_text("SELECT 2;")
    document.write_text(document.read_text().replace("`substations`", "`stations`"))

    assert outdated(tmp_path, document) == ["02_tables.sql", "04_views.sql", "99_mine.sql", "tables.md"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_statement_parses_in_the_dialect(name: str) -> None:
    for statement in FILES[name].statements:
        text = filled(statement)
        if text.startswith("CREATE OR REPLACE SEMANTIC VIEW"):
            parsed = [exp.Command()]
        else:
            parsed = sqlglot.parse(text, read="snowflake")
        assert len(parsed) == 1, text
        if isinstance(parsed[0], exp.Command):
            assert any(re.match(head, text) for head in OPAQUE), text[:200]


def test_every_known_beginning_is_used() -> None:
    texts = [filled(statement) for _, statement in STATEMENTS]

    assert [head for head in OPAQUE if not any(re.match(head, text) for text in texts)] == []


@pytest.mark.parametrize(
    "typo", ["CREATE STREEM a.b ON TABLE c.d", "GRANT SELECT ON ALL TABELS IN SCHEMA a TO ROLE b"]
)
def test_a_typo_in_an_opaque_statement_is_noticed(typo: str) -> None:
    assert not any(re.match(head, typo) for head in OPAQUE)


def test_the_inside_of_tasks_alert_and_searches_parses() -> None:
    inner = [statement for task in jobs.TASKS for statement in task.statements] + [jobs.LATE_FEED]
    inner += [
        search.create_service(service).split("AS (\n")[1].removesuffix("\n)") for service in search.SERVICES
    ]

    for statement in inner:
        parsed = sqlglot.parse(filled(statement), read="snowflake")
        assert len(parsed) == 1
        assert not isinstance(parsed[0], exp.Command), statement


def test_variables_are_declared_and_used() -> None:
    used = {name for _, statement in STATEMENTS for name in VARIABLE.findall(statement)}

    assert {name for name in used if not name.startswith("ctx.env.")} == set(VARIABLES)
    # Secrets come from the environment, not from the command line where others can see them.
    assert {name for name in used if name.startswith("ctx.env.")} == {
        "ctx.env.FLUX_DATABASE_URL",
        "ctx.env.FLUX_PRIVATE_KEY",
        "ctx.env.FLUX_REDIS_URL",
        "ctx.env.FLUX_SECRET_KEY",
    }


def test_no_statement_can_be_cut_in_the_middle() -> None:
    for name, statement in STATEMENTS:
        outside = "".join(re.split(r"\$\$.*?\$\$|'(?:[^']|'')*'", statement, flags=re.DOTALL))
        assert ";" not in outside, (name, statement)
        assert "&" not in outside  # older tools read it as a variable


def test_nothing_is_granted_to_public() -> None:
    assert [text for _, text in STATEMENTS if text.startswith("GRANT") and "PUBLIC" in text] == []


def test_readers_do_not_see_raw_data_nor_write() -> None:
    grants = [text for text in FILES["11_grants.sql"].statements if text.startswith("GRANT")]
    for role in ("READER", "ASSISTANT", "SYNC", "PII_READER"):
        own = [text for text in grants if text.endswith(f"TO ROLE <% prefix %>_{role}")]
        assert own, role
        cached = {f"raw.{name}" for name in ("trees", "building_footprints", "water_bodies", "flood_zones")}
        allowed = cached | {"SCHEMA raw"} if role == "SYNC" else set()
        of_raw = [text for text in own if " raw" in text]
        assert not [text for text in of_raw if not any(f" {name} TO" in text for name in allowed)]
        writes = [text for text in own if re.search("INSERT|UPDATE|DELETE|TRUNCATE|CREATE", text)]
        assert len(writes) == (1 if role == "SYNC" else 0)  # SYNC notes its runs
    assert "raw" not in READ_SCHEMAS
    assert set(ROLES) == {"OWNER", "APP", "SYNC", "READER", "ASSISTANT", "PII_READER"}


def test_only_who_may_see_people_may_search_them() -> None:
    grants = [text for text in FILES["11_grants.sql"].statements if "customer_search_service" in text]

    assert [text.rpartition(" ")[2] for text in grants] == ["%>_PII_READER"]


def test_personal_columns_are_masked() -> None:
    assert [name for _, name in personal_columns()] == ["full_name", "service_address", "phone", "email"]
    masked = [text for text in FILES["05_masking.sql"].statements if text.startswith("ALTER")]
    assert masked == [
        f"ALTER TABLE {customers_master_data.fullname} MODIFY COLUMN {name} SET MASKING POLICY {MASK} FORCE"
        for name in ("full_name", "service_address", "phone", "email")
    ]


def test_each_dynamic_table_comes_after_those_that_it_reads() -> None:
    made = [
        found[1]
        for statement in FILES["03_ami_pipeline.sql"].statements
        if (found := re.match(r"CREATE DYNAMIC TABLE IF NOT EXISTS ([\w.]+)\n", statement))
    ]

    assert set(made) >= {table.fullname for table in DERIVED_TABLES}
    for statement in FILES["03_ami_pipeline.sql"].statements:
        if found := re.match(r"CREATE DYNAMIC TABLE IF NOT EXISTS ([\w.]+)\n", statement):
            read = set(re.findall(r"(?:FROM|JOIN) (production\.\w+)", statement)) & set(made)
            assert all(made.index(name) < made.index(found[1]) for name in read), found[1]


def test_streams_follow_what_the_cache_is_made_of() -> None:
    read = {table.fullname for layer in LAYERS.values() for table in tables_read(layer.source)}

    assert read <= {table.fullname for table in SYNC_TABLES}


def test_views_come_after_those_that_they_read() -> None:
    seen: set[str] = set()
    for statement in FILES["04_views.sql"].statements:
        if not (found := re.match(r"CREATE OR REPLACE VIEW ([\w.]+)", statement)):
            continue
        body = statement.partition("\nAS\n")[2]
        for name in VIEWS:
            if re.search(rf"(FROM|JOIN) {re.escape(name)}\b", body):
                assert name in seen, (found[1], name)
        seen.add(found[1])
    assert seen == set(VIEWS)


def test_search_services_ask_for_columns_that_exist() -> None:
    for service in search.SERVICES:
        names = {column.name for column in service.columns_of.columns}
        assert {service.text, *service.attributes, *service.also} <= names, service.name
        assert service.source in {*metadata.tables, *VIEWS}


def test_the_agents_specification_is_yaml_with_tools_that_exist() -> None:
    found = yaml.safe_load(filled(assistant.specification()))

    assert found["orchestration"]["budget"] == {"seconds": 180, "tokens": 100_000}
    tools = [tool["tool_spec"]["name"] for tool in found["tools"]]
    assert tools == list(found["tool_resources"])
    services = {service.name: service for service in search.SERVICES}
    for tool in assistant.TOOLS:
        assert tool.name in found["instructions"]["orchestration"]
        if tool.kind == "cortex_search":
            service = services[tool.resource]
            assert {tool.id_column, tool.title_column} <= {service.text, *service.attributes, *service.also}
    assert all(sample["question"] for sample in found["instructions"]["sample_questions"])


def test_the_services_specification_is_yaml_without_secrets() -> None:
    found = yaml.safe_load(filled(network.specification()))["spec"]

    assert [container["name"] for container in found["containers"]] == ["web", "worker", "beat", "stream"]
    for container in found["containers"]:
        assert set(container["env"]) == {
            "FLUX_ALLOWED_HOSTS",
            "FLUX_TRUSTED_ORIGINS",
            "FLUX_TIME_ZONE",
            "FLUX_WAREHOUSE_URL",
        }
        assert not any("password" in value.lower() for value in container["env"].values())
        variables = {secret.get("envVarName") for secret in container["secrets"]}
        assert variables == {"FLUX_SECRET_KEY", "FLUX_DATABASE_URL", "FLUX_REDIS_URL", None}
    assert found["endpoints"] == [{"name": "app", "port": 8000, "public": True}]


def test_headers_name_the_command_and_its_variables() -> None:
    first = (FOLDER / "08_search.sql").read_text(encoding="utf-8").splitlines()[2]

    assert first == (
        '-- snow sql -f deploy/snowflake/08_search.sql -D "database=..." -D "pipeline_warehouse=..." '
        '-D "prefix=..." -D "warehouse=..."'
    )
