"""Reads ``model.yaml`` and checks it against the declared tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import CTE, Table

from agent.semantic.model import (
    Above,
    Aggregate,
    Dimension,
    DimensionKind,
    Fact,
    Metric,
    MetricKind,
    Relationship,
    Scope,
    SemanticModel,
    SemanticTable,
    ValueSet,
    ZoneBy,
    ZoneRule,
    text_tuple,
)
from grid.warehouse.tables import metadata
from grid.warehouse.views import VIEWS

PATH = Path(__file__).with_name("model.yaml")
PERSONAL_COLUMNS = frozenset(
    column.name
    for table in metadata.tables.values()
    for column in table.columns
    if column.info.get("is_personal")
)
"""Columns that identify a person; the model holds none of them."""
_PERMISSION = re.compile(r"(grid|cascade)\.view_[a-z]+")
_NAMED = {Aggregate.SUM: "total", Aggregate.AVG: "average", Aggregate.MAX: "highest", Aggregate.MIN: "lowest"}


class SemanticModelInvalid(Exception):
    """The file says something that the tables do not hold."""


@cache
def semantic_model() -> SemanticModel:
    """Return the model of the file, read once a process.

    Raises:
        SemanticModelInvalid: if it does not fit the tables.
    """
    return read_model(yaml.load(PATH.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


def read_model(data: Mapping[str, Any]) -> SemanticModel:
    """Return the model that ``data`` describes.

    Raises:
        SemanticModelInvalid: with what is wrong and where.
    """
    tables = {item["name"]: _table(item) for item in data["tables"]}
    tables = {name: _with_references(table, tables) for name, table in tables.items()}
    if len(tables) != len(data["tables"]):
        raise SemanticModelInvalid("two tables have one name")
    _check_zones(tables)
    model = SemanticModel(
        name=data["name"],
        description=data["description"],
        tables=tables,
        relationships=tuple(_relationship(item, tables) for item in data["relationships"]),
        clock=tuple(tables[item["table"]].dimensions[item["dimension"]] for item in data["clock"]),
        scopes=tuple(
            Scope(item["reason"], text_tuple(item["words"]), text_tuple(item.get("starts")))
            for item in data["out_of_scope"]
        ),
        verified=tuple(item["question"] for item in data["verified_queries"]),
    )
    if len(model.metrics) != sum(len(table.metrics) for table in tables.values()):
        raise SemanticModelInvalid("two metrics have one name")
    for metric in model.metrics.values():
        missing = set(metric.parts or ()) - set(model.metrics)
        if missing:
            raise SemanticModelInvalid(f"metric {metric.name} is of {min(missing)}, which is none")
    for fact in model.facts.values():
        if fact.finer is not None and fact.finer not in model.facts:
            raise SemanticModelInvalid(f"fact {fact.name} names {fact.finer}, which is none")
    return model


def _source(name: str) -> Table | CTE:
    if name in metadata.tables:
        return metadata.tables[name]
    if name in VIEWS:
        return VIEWS[name].source
    raise SemanticModelInvalid(f"{name} is no declared table or view")


def _table(data: Mapping[str, Any]) -> SemanticTable:
    _only(
        data,
        "name table description seen_with zone_by nouns key unique label time time_words "
        "partition bare mentions show now default dimensions facts metrics",
    )
    name, source = data["name"], _source(data["table"])
    dimensions = {item["name"]: _dimension(name, item) for item in data.get("dimensions", ())}
    facts = {item["name"]: _fact(name, item) for item in data.get("facts", ())}
    table = SemanticTable(
        name=name,
        source=data["table"],
        columns_of=source,
        description=data["description"],
        permission=_permission(data),
        zone=_zone_rule(data),
        nouns=text_tuple(data["nouns"]),
        key=text_tuple(data["key"]),
        unique=text_tuple(data.get("unique")),
        label=data.get("label"),
        time=data.get("time"),
        time_words=text_tuple(data.get("time_words")),
        partition=data.get("partition"),
        lists_rows=data.get("bare") == "LIST",
        mentions=text_tuple(data.get("mentions")),
        show=text_tuple(data.get("show")),
        now={key: text_tuple(values) for key, values in data.get("now", {}).items()},
        default={key: text_tuple(values) for key, values in data.get("default", {}).items()},
        dimensions=dimensions,
        facts=facts,
        metrics={metric.name: metric for metric in _metrics(name, data, facts)},
    )
    _check(table, {column.name for column in source.columns})
    return table


def _permission(data: Mapping[str, Any]) -> str:
    permission = str(data.get("seen_with", ""))
    if not _PERMISSION.fullmatch(permission):
        raise SemanticModelInvalid(f"table {data['name']} needs seen_with, the permission to see its rows")
    return permission


def _zone_rule(data: Mapping[str, Any]) -> ZoneRule:
    """Return how the zone of a row is known; a table that does not say it would be shown to everybody."""
    match data.get("zone_by"):
        case "PUBLIC" | "UNKNOWN":
            return ZoneRule(ZoneBy(data["zone_by"]))
        case str() as column:
            return ZoneRule(ZoneBy.OWN, column)
        case {**parent} if len(parent) == 1:
            name, owner = next(iter(parent.items()))
            return ZoneRule(ZoneBy.PARENT, str(name), str(owner))
        case _:
            raise SemanticModelInvalid(f"table {data['name']} needs zone_by: what tells the zone of a row")


def _with_references(table: SemanticTable, tables: Mapping[str, SemanticTable]) -> SemanticTable:
    """Return a table whose zone rule says which key of its parent it holds."""
    rule = table.zone
    if rule.by is not ZoneBy.PARENT:
        return table
    parent = tables.get(rule.table or "")
    keys = [key[0] for key in (parent.key, parent.unique) if len(key) == 1] if parent is not None else []
    named = [key for key in keys if key == rule.column] or keys
    if not named:
        raise SemanticModelInvalid(f"the zone of {table.name} is that of {rule.table}, which has no key")
    return replace(table, zone=replace(rule, references=named[0]))


def _check_zones(tables: Mapping[str, SemanticTable]) -> None:
    """Check that every zone is found in the end."""
    for start in tables.values():
        seen = {start.name}
        table = start
        while table.zone.by is ZoneBy.PARENT:
            table = tables[table.zone.table or ""]
            if table.name in seen or table.zone.by in (ZoneBy.PUBLIC, ZoneBy.UNKNOWN):
                raise SemanticModelInvalid(f"the zone of {start.name} leads to none")
            seen.add(table.name)


def _check(table: SemanticTable, names: set[str]) -> None:
    used = {table.zone.column} if table.zone.column else set()
    used |= {*table.key, *table.unique, *(dimension.column for dimension in table.dimensions.values())}
    used |= {fact.column for fact in table.facts.values() if not fact.between and not fact.age_of}
    used |= {name for fact in table.facts.values() for name in fact.between or ()}
    used |= {metric.column for metric in table.metrics.values() if metric.column}
    used |= {table.partition} if table.partition else set()
    if used - names:
        raise SemanticModelInvalid(f"{table.source} has no column {min(used - names)}")
    personal = sorted(used & PERSONAL_COLUMNS)
    if personal:
        raise SemanticModelInvalid(f"{table.source}.{personal[0]} is personal data")
    needed = (
        {name for metric in table.metrics.values() for name in metric.where}
        | set(table.default)
        | set(table.now)
    )
    needed |= {
        name
        for fact in table.facts.values()
        for name in (*fact.where, *([fact.age_of] if fact.age_of else []))
    }
    needed |= {name for name in (table.time, table.label) if name}
    needed |= set(table.show) - set(table.facts)
    if needed - set(table.dimensions):
        raise SemanticModelInvalid(
            f"table {table.name} has no dimension {min(needed - set(table.dimensions))}"
        )


def _only(data: Mapping[str, Any], names: str) -> None:
    """Refuse keys that mean nothing: a comma in a text without quotes makes one of its second half."""
    unknown = sorted(map(str, set(data) - set(names.split())))
    if unknown:
        raise SemanticModelInvalid(f"{data.get('name')}: {unknown[0]!r} means nothing here")


def _dimension(table: str, data: Mapping[str, Any]) -> Dimension:
    _only(
        data, "name column kind synonyms description unit pattern values sets sampled needs_noun names_things"
    )
    values = data.get("values", {})
    return Dimension(
        table=table,
        name=data["name"],
        column=data.get("column", data["name"]),
        kind=DimensionKind(data.get("kind", "TEXT")),
        synonyms=text_tuple(data.get("synonyms")),
        description=data.get("description", ""),
        unit=data.get("unit", ""),
        pattern=data.get("pattern", ""),
        values={text_tuple([value])[0]: text_tuple(words) for value, words in values.items()},
        sets=tuple(ValueSet(text_tuple(s["words"]), text_tuple(s["values"])) for s in data.get("sets", ())),
        is_sampled=bool(data.get("sampled")),
        needs_noun=bool(data.get("needs_noun")),
        names_things=bool(data.get("names_things")),
    )


def _fact(table: str, data: Mapping[str, Any]) -> Fact:
    _only(
        data,
        "name column unit aggregates synonyms description minutes age where each most least worse finer "
        "merges compared_by_kind",
    )
    between = data.get("minutes")
    return Fact(
        table=table,
        name=data["name"],
        column=data.get("column", data["name"]),
        unit=data["unit"],
        aggregates=tuple(Aggregate(item) for item in data["aggregates"]),
        synonyms=text_tuple(data.get("synonyms")),
        description=data.get("description", ""),
        between=(between[0], between[1]) if between else None,
        age_of=data.get("age"),
        where={key: text_tuple(values) for key, values in data.get("where", {}).items()},
        each=Aggregate(data["each"]) if "each" in data else None,
        most=text_tuple(data.get("most")),
        least=text_tuple(data.get("least")),
        is_worse_low=data.get("worse") == "LOW",
        finer=data.get("finer"),
        merges=data.get("merges"),
        is_compared_by_kind=bool(data.get("compared_by_kind")),
    )


def _metrics(table: str, data: Mapping[str, Any], facts: Mapping[str, Fact]) -> list[Metric]:
    count_name = f"{data['name']}_count"
    found = [
        Metric(
            table,
            count_name,
            MetricKind.COUNT,
            distinct=text_tuple(data["key"]),
            description="Number of rows",
        )
    ]
    found += [
        Metric(
            table,
            f"{_NAMED[aggregate]}_{fact.name}",
            MetricKind.AGGREGATE,
            unit=fact.unit,
            aggregate=aggregate,
            fact=fact.name,
            where=fact.where,
            description=fact.description,
        )
        for fact in facts.values()
        for aggregate in fact.aggregates
    ]
    for item in data.get("metrics", ()):
        _only(
            item, "name count ratio sum_per column distinct unit synonyms description where above known most"
        )
        above = item.get("above")
        kind = (
            MetricKind.RATIO
            if "ratio" in item
            else MetricKind.SUM_PER
            if "sum_per" in item
            else MetricKind.COUNT
        )
        distinct = text_tuple([item["distinct"]]) if "distinct" in item else text_tuple(data["key"])
        found.append(
            Metric(
                table,
                item["name"],
                kind,
                unit=item.get("unit", ""),
                synonyms=text_tuple(item.get("synonyms")),
                description=item.get("description", ""),
                distinct=distinct if kind is MetricKind.COUNT else (),
                where={key: text_tuple(values) for key, values in item.get("where", {}).items()},
                above=Above(above["fact"], float(above["value"])) if above else None,
                known=item.get("known"),
                parts=(item["ratio"][0], item["ratio"][1]) if "ratio" in item else None,
                column=item.get("column"),
                per=item.get("sum_per"),
                most=text_tuple(item.get("most")),
            )
        )
    return found


def _relationship(data: Mapping[str, Any], tables: Mapping[str, SemanticTable]) -> Relationship:
    start, end = tables[data["from"]], tables[data["to"]]
    columns = text_tuple(data["columns"])
    references = text_tuple(data.get("references")) or end.key
    if references not in (end.key, end.unique) or len(columns) != len(references):
        raise SemanticModelInvalid(f"relationship {data['name']} does not refer to a key of {end.name}")
    for owner, names in ((start, columns), (end, references)):
        missing = set(names) - {column.name for column in owner.columns_of.columns}
        if missing:
            raise SemanticModelInvalid(f"{owner.source} has no column {min(missing)}")
    return Relationship(data["name"], start.name, columns, end.name, references)
