"""The built-in roles: groups whose permissions the product defines, renewed at every migration.

A role holds exactly the permissions listed here; somebody who needs another set makes a group of their own.
``pii`` is apart from the ladder viewer < operator < planner < admin: nobody sees personal data by rank.
"""

from __future__ import annotations

import logging
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, transaction

logger = logging.getLogger(__name__)

ASSETS = (
    "zone",
    "substation",
    "bus",
    "branch",
    "plant",
    "circuit",
    "circuitstatus",
    "substationstatus",
    "servicearea",
    "weatherrating",
    "linesection",
    "switch",
    "pole",
    "transformer",
    "transformerload",
    "transformervoltage",
    "meter",
    "customer",
    "outage",
    "outageinterruption",
    "workorder",
    "crew",
    "operationevent",
    "weatherobservation",
    "tree",
    "building",
    "waterbody",
    "floodzone",
    "assethealth",
    "treerisk",
    "treeinspection",
    "vegetationline",
    "vegetationclearance",
    "vegetationworkpackage",
    "dataqualityfinding",
    "kpisample",
    "tilebuild",
    "synclayer",
    "syncrun",
    "syncreject",
    "fileimport",
    "fileexport",
    "importfile",
    "importmapping",
    "importreject",
    "outboxevent",
    "deviceevent",
    "streamconsumer",
    "streampending",
)
CASCADES = (
    "scenario",
    "scenarioversion",
    "cascaderun",
    "cascadewave",
    "cascadetrip",
    "cascadebatch",
    "frozeninputs",
    "centralityrun",
    "nodecentrality",
    "risksample",
    "riskcontribution",
    "risknetwork",
    "vulnerabilitymap",
    "vulnerabilityentry",
    "transformerriskrun",
    "transformerprediction",
    "transformerforecastrun",
    "transformerforecast",
    "runforecast",
    "forecastbranch",
)
DECISION_DATA = ("damagetable", "damagefunction", "costassumptions", "repairtime", "severitythreshold")
RISK_DATA = ("riskassumption",)
LEARNING = ("learningdataset", "learnedmodel", "modelevaluation", "promotion", "driftcheck")
DECISIONS = ("decisionstudy", *DECISION_DATA)
DOCUMENTS = ("document", "passage")
CONVERSATIONS = ("thread", "message", "feedback")  # what they say is shown to their owners alone
SCHEDULES = ("periodictask", "intervalschedule", "crontabschedule", "clockedschedule")

VIEWER = frozenset(
    {f"grid.view_{model}" for model in ASSETS}
    | {f"cascade.view_{model}" for model in (*CASCADES, *DECISIONS, *RISK_DATA, *LEARNING)}
    | {f"agent.view_{model}" for model in DOCUMENTS}
    | {"agent.use_assistant"}
)
OPERATOR = (
    VIEWER
    | {"grid.change_synclayer", "jobs.view_job", "grid.add_fileexport"}
    | {f"grid.{verb}_{model}" for verb in ("add", "change") for model in ("outage", "workorder")}
    | {"grid.add_treeinspection"}
    | {f"grid.{verb}_streamdeadletter" for verb in ("view", "delete", "replay")}
)
PLANNER = OPERATOR | {
    "grid.add_crew",
    "grid.change_crew",
    "cascade.add_scenario",
    "cascade.change_scenario",
    "cascade.delete_scenario",
    "cascade.add_cascaderun",
    "cascade.add_centralityrun",
    "cascade.add_decisionstudy",
    "cascade.add_cascadebatch",
    "cascade.add_vulnerabilitymap",
    "cascade.add_transformerriskrun",
    "cascade.add_transformerforecastrun",
    "cascade.add_runforecast",
    "api.share_savedview",
}
ADMIN = (
    PLANNER
    | {"jobs.cancel_job", "api.view_apitoken", "api.change_apitoken", "admin.view_logentry"}
    | {"api.view_auditrecord", "api.view_savedview", "api.delete_savedview"}
    | {"grid.add_fileimport", "grid.view_all_exports"}
    | {f"grid.view_{model}" for model in ("meterevidence", "switchevidence", "circuitwatch")}
    | {f"grid.{verb}_vegetationclearance" for verb in ("add", "change", "delete")}
    | {f"grid.{verb}_importmapping" for verb in ("change", "delete")}
    | {f"cascade.{verb}_{model}" for verb in ("add", "change", "delete") for model in DECISION_DATA}
    | {f"cascade.change_{model}" for model in RISK_DATA}
    | {f"agent.view_{model}" for model in CONVERSATIONS}
    | {f"agent.{verb}_document" for verb in ("add", "change", "delete")}
    | {"cascade.add_learnedmodel", "cascade.promote_learnedmodel"}
    | {"auth.view_user", "auth.add_user", "auth.change_user", "auth.view_group"}
    | {f"grid.{verb}_zonegrant" for verb in ("view", "add", "change", "delete")}
    | {
        f"django_celery_beat.{verb}_{model}"
        for verb in ("view", "add", "change", "delete")
        for model in SCHEDULES
    }
)
PII = frozenset({"grid.view_customer_pii"})

ROLES: dict[str, frozenset[str]] = {
    "viewer": VIEWER,
    "operator": OPERATOR,
    "planner": PLANNER,
    "admin": ADMIN,
    "pii": PII,
}


@transaction.atomic
def ensure_roles(*, using: str = DEFAULT_DB_ALIAS) -> dict[str, list[str]]:
    """Create the built-in groups and give each exactly its permissions. Safe to repeat.

    Returns:
        Per role the permissions that do not exist in this database (none once every app is migrated).
    """
    from django.contrib.auth.models import Group, Permission

    wanted = frozenset().union(*ROLES.values())
    rows = Permission.objects.using(using).select_related("content_type")
    known = {f"{row.content_type.app_label}.{row.codename}": row for row in rows}
    missing: dict[str, list[str]] = {}
    for name, permissions in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set([known[permission] for permission in permissions if permission in known])
        absent = sorted(permissions - known.keys())
        if absent:
            missing[name] = absent
    if missing:
        logger.warning("Permissions that no installed app defines: %s", sorted(wanted - known.keys()))
    return missing


def ensure_roles_after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Renew the roles once all apps' permissions exist: after the last app with models."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if sender is last:
        ensure_roles(using=using)
