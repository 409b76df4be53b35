"""One row of everything the admin shows, and the addresses of its pages."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import quote
from django.urls import reverse

from flux_site.api import saved_views
from flux_site.api.tokens import issue
from grid.services.sync import ensure_schedules
from tests.factories import (
    cascade,
    computed,
    conversations,
    detection,
    documents,
    exports,
    grid,
    imports,
    jobs,
    learned,
    streaming,
    surroundings,
    sync,
    transformers_to_come,
)


@dataclass(frozen=True)
class World:
    """Rows by the name of their model, such as ``grid.substation``."""

    rows: dict[str, Any]


def make_world(owner: Any) -> World:
    """Create one row of every model with admin pages."""
    ensure_schedules()
    substation = grid.make_substation(name="Houston 12")
    bus = grid.make_bus(substation=substation)
    branch = grid.make_branch(from_bus=bus)
    circuit = grid.make_circuit(substation=substation)
    line = grid.make_line_section(circuit=circuit)
    transformer = grid.make_transformer(line=line)
    meter = grid.make_meter(transformer=transformer)
    outage = grid.make_outage(circuit=circuit)
    job = jobs.make_job(owner=owner)
    layer = sync.make_sync_layer(key="substations")
    sync_run = sync.make_sync_run(layer=layer, job=job)
    run = cascade.make_finished_run(owner=owner, branch_id=branch.pk, outages=[substation.pk])
    centrality = cascade.make_node_centrality()
    entry = cascade.make_vulnerability_entry(zone=substation.zone)
    foreseen = cascade.make_forecast_branch(run=run, zone=substation.zone)
    token, _ = issue(user=owner, name="Grafana", expires_in_days=30)
    view = saved_views.save(user=owner, name="Storm", address="/outages")
    file_import = imports.make_file_import(job=jobs.make_job(owner=owner, kind="grid.import"))
    passage = documents.make_passage()
    question = conversations.make_question(thread=conversations.make_thread(owner=owner))
    answer = conversations.make_answer(question=question)
    rows = [
        file_import,
        file_import.file,
        exports.make_file_export(asked_by=owner),
        imports.make_import_reject(file_import=file_import),
        imports.make_import_mapping(),
        imports.make_outbox_event(),
        detection.make_circuit_watch(circuit=circuit),
        detection.make_meter_evidence(meter=meter),
        detection.make_switch_evidence(circuit=circuit),
        streaming.make_consumer(),
        streaming.make_dead_letter(),
        streaming.make_pending(),
        streaming.make_device_event(meter=meter),
        substation.zone,
        substation,
        bus,
        branch,
        grid.make_plant(bus=bus),
        circuit,
        line,
        grid.make_switch(circuit=circuit),
        grid.make_pole(circuit=circuit),
        transformer,
        grid.make_transformer_load(transformer=transformer),
        grid.make_transformer_voltage(transformer=transformer),
        meter,
        grid.make_customer(meter=meter),
        outage,
        grid.make_interruption(outage=outage, transformer=transformer),
        grid.make_work_order(circuit=circuit, outage=outage),
        grid.make_crew(home_substation=substation),
        computed.make_circuit_status(circuit=circuit),
        computed.make_substation_status(substation=substation),
        computed.make_service_area(circuit=circuit),
        computed.make_weather_rating(circuit=circuit),
        grid.make_operation_event(outage=outage),
        grid.make_weather(),
        surroundings.make_tree(zone=substation.zone),
        surroundings.make_building(zone=substation.zone),
        surroundings.make_water_body(),
        surroundings.make_flood_zone(),
        computed.make_asset_health(transformer=transformer),
        computed.make_kpi_sample(),
        computed.make_tree_risk(circuit=circuit),
        computed.make_tree_inspection(),
        computed.make_vegetation_line(line=line),
        computed.make_clearance(),
        computed.make_work_package(line=line),
        computed.make_tile_build(),
        computed.make_data_quality_finding(asset_id=transformer.pk),
        layer,
        sync_run,
        sync.make_sync_alert(layer=layer),
        sync.make_sync_checkpoint(layer=layer),
        sync.make_sync_reject(run=sync_run),
        job,
        cascade.make_scenario(owner=owner, outages=[substation.pk]),
        cascade.make_version(),
        cascade.make_batch(owner=owner),
        cascade.make_frozen_inputs(),
        run,
        run.trips.get(),
        centrality.run,
        centrality,
        cascade.make_study(owner=owner, run=run),
        *cascade.make_decision_data(),
        cascade.make_risk_sample(zone=substation.zone),
        cascade.make_risk_contribution(zone=substation.zone, asset_id=outage.pk),
        cascade.make_risk_network(),
        cascade.make_risk_assumption(),
        passage,
        passage.document,
        answer.thread,
        answer,
        conversations.make_feedback(answer=answer),
        entry.map,
        entry,
        foreseen.forecast,
        foreseen,
        *learned.make_learning(),
        *transformers_to_come.make_transformers_to_come(transformer=transformer),
        token,
        view,
    ]
    return World(rows={row._meta.label_lower: row for row in rows})


def list_page(model: str) -> str:
    """Return the address of a model's list."""
    return reverse(f"admin:{model.replace('.', '_')}_changelist")


def row_page(row: Any) -> str:
    """Return the address of a row's page."""
    return reverse(f"admin:{row._meta.label_lower.replace('.', '_')}_change", args=[quote(row.pk)])
