"""What crosses the account's border: where the application connects from, e-mail, the container service."""

from __future__ import annotations

from grid.ddl.access import role
from grid.ddl.sql import SqlFile, quoted, session
from grid.warehouse.tables import postgres_connection_config

CPU = ("2", "4")
MEMORY = ("4Gi", "8Gi")
PORT = 8000

SECRETS = {
    "flux_secret_key": ("FLUX_SECRET_KEY", "Signs sessions"),
    "flux_database_url": ("FLUX_DATABASE_URL", "Where the cache is, with its password"),
    "flux_redis_url": ("FLUX_REDIS_URL", "Where the queue is, with its password"),
}
KEY_SECRET = "applications.flux_private_key"  # noqa: S105 - the name of a secret


def network_file() -> SqlFile:
    """Return the file of the network policy of the application's user, and of e-mail for alerts."""
    statements = [
        *session("ADMIN"),
        (
            "CREATE NETWORK RULE IF NOT EXISTS applications.flux_app_ingress MODE = INGRESS TYPE = IPV4 "
            f"VALUE_LIST = ('<% app_cidr %>') COMMENT = {quoted('Where the operations center runs')}"
        ),
        (
            f"CREATE NETWORK POLICY IF NOT EXISTS {role('APP_POLICY')} "
            "ALLOWED_NETWORK_RULE_LIST = ('<% database %>.applications.flux_app_ingress')"
        ),
        f"ALTER USER {role('APP')} SET NETWORK_POLICY = {role('APP_POLICY')}",
        f"ALTER USER {role('ASSISTANT')} SET NETWORK_POLICY = {role('APP_POLICY')}",
        (
            f"CREATE NOTIFICATION INTEGRATION IF NOT EXISTS {role('EMAIL')} TYPE = EMAIL ENABLED = TRUE "
            "ALLOWED_RECIPIENTS = ('<% alert_email %>')"
        ),
        f"GRANT USAGE ON INTEGRATION {role('EMAIL')} TO ROLE {role('OWNER')}",
    ]
    return SqlFile("06_network.sql", "Network policy of the application, e-mail of alerts", tuple(statements))


def service_file() -> SqlFile:
    """Return the file of the optional container service: the operations center inside Snowflake."""
    statements = [
        *session("ADMIN"),
        (
            "CREATE NETWORK RULE IF NOT EXISTS applications.flux_service_egress "
            "MODE = EGRESS TYPE = HOST_PORT "
            "VALUE_LIST = ('<% postgres_host %>:5432', '<% redis_host %>:6379', '<% account_host %>:443') "
            f"COMMENT = {quoted('What the container service connects to')}"
        ),
    ]
    for name, (variable, comment) in SECRETS.items():
        statements.append(
            f"CREATE SECRET IF NOT EXISTS applications.{name} TYPE = GENERIC_STRING "
            f"SECRET_STRING = '<% ctx.env.{variable} %>' COMMENT = {quoted(comment)}"
        )
    statements.append(
        f"CREATE SECRET IF NOT EXISTS {KEY_SECRET} TYPE = GENERIC_STRING "
        f"SECRET_STRING = '<% ctx.env.FLUX_PRIVATE_KEY %>' COMMENT = {quoted('Key of the application user')}"
    )
    names = [f"applications.{name}" for name in SECRETS] + [KEY_SECRET]
    statements += [
        (
            f"CREATE EXTERNAL ACCESS INTEGRATION IF NOT EXISTS {role('SERVICE_ACCESS')} "
            "ALLOWED_NETWORK_RULES = (<% database %>.applications.flux_service_egress) "
            f"ALLOWED_AUTHENTICATION_SECRETS = ({', '.join(f'<% database %>.{name}' for name in names)}) "
            "ENABLED = TRUE"
        ),
        f"GRANT USAGE ON INTEGRATION {role('SERVICE_ACCESS')} TO ROLE {role('OWNER')}",
        *(f"GRANT READ ON SECRET {name} TO ROLE {role('OWNER')}" for name in names),
        (
            f"CREATE COMPUTE POOL IF NOT EXISTS {role('POOL')} MIN_NODES = 1 MAX_NODES = 1 "
            "INSTANCE_FAMILY = CPU_X64_S AUTO_RESUME = TRUE AUTO_SUSPEND_SECS = 300"
        ),
        f"GRANT USAGE, MONITOR ON COMPUTE POOL {role('POOL')} TO ROLE {role('OWNER')}",
        f"GRANT BIND SERVICE ENDPOINT ON ACCOUNT TO ROLE {role('OWNER')}",
        *session(),
        (
            f"MERGE INTO {postgres_connection_config.fullname} AS kept USING (\n"
            "  SELECT column1 AS config_key, column2 AS config_value\n"
            "  FROM VALUES ('host', '<% postgres_host %>'), ('port', '5432')\n"
            ") AS given ON kept.config_key = given.config_key\n"
            "WHEN MATCHED THEN UPDATE SET config_value = given.config_value, updated_at = SYSDATE()\n"
            "WHEN NOT MATCHED THEN INSERT (config_key, config_value, updated_at)\n"
            "VALUES (given.config_key, given.config_value, SYSDATE())"
        ),
        "CREATE IMAGE REPOSITORY IF NOT EXISTS applications.images",
        (
            f"CREATE SERVICE IF NOT EXISTS applications.flux_ops_center IN COMPUTE POOL {role('POOL')} "
            f"EXTERNAL_ACCESS_INTEGRATIONS = ({role('SERVICE_ACCESS')}) MIN_INSTANCES = 1 MAX_INSTANCES = 1\n"
            f"FROM SPECIFICATION\n$$\n{specification()}\n$$"
        ),
    ]
    return SqlFile("20_container_service.sql", "Container service (optional)", tuple(statements))


def specification() -> str:
    """Return the service's specification, YAML: one container for each role; secrets come from Snowflake."""
    lines = ["spec:", "  containers:"]
    for name in ("web", "worker", "beat", "stream"):
        lines += [
            f"    - name: {name}",
            "      image: /<% database %>/applications/images/flux-operations-center:<% image_tag %>",
            f'      args: ["{name}"]',
            "      env:",
            '        FLUX_ALLOWED_HOSTS: "<% service_host %>"',
            '        FLUX_TRUSTED_ORIGINS: "https://<% service_host %>"',
            '        FLUX_TIME_ZONE: "<% time_zone %>"',
            f'        FLUX_WAREHOUSE_URL: "{_warehouse_url()}"',
            "      secrets:",
        ]
        for secret, (variable, _) in SECRETS.items():
            lines += [
                "        - snowflakeSecret:",
                f"            objectName: <% database %>.applications.{secret}",
                "          secretKeyRef: secret_string",
                f"          envVarName: {variable}",
            ]
        lines += [
            "        - snowflakeSecret:",
            f"            objectName: <% database %>.{KEY_SECRET}",
            "          directoryPath: /run/flux",
            "      resources:",
            f"        requests: {{cpu: {CPU[0]}, memory: {MEMORY[0]}}}",
            f"        limits: {{cpu: {CPU[1]}, memory: {MEMORY[1]}}}",
        ]
        if name == "web":
            lines += ["      readinessProbe:", f"        port: {PORT}", "        path: /healthz"]
    lines += ["  endpoints:", "    - name: app", f"      port: {PORT}", "      public: true"]
    return "\n".join(lines)


def _warehouse_url() -> str:
    return (
        f"snowflake://{role('APP')}@<% account %>/<% database %>?warehouse=<% warehouse %>&role={role('APP')}"
        "&private_key_file=/run/flux/secret_string"
    )
