"""The spatial questions of the API as texts, and what brute force says to some of them."""

import math
from typing import Any

from grid import models
from tests.scattered import CENTRE, Scattered

IMPACT = """query($area: AreaInput, $device: String) { outageImpact(area: $area, deviceId: $device) {
    basis deviceKind meters customers criticalCustomers critical { kind customers } transformers
    partialTransformers circuits { circuitId name substationId meters transformers customers } loadKw loadHour
    transformersWithLoad buildings buildingsReason } }"""
NEAREST = """query($lon: Float!, $lat: Float!, $classes: [PlacedClass!]!, $first: Int! = 20,
    $most: Float! = 10000) { nearestAssets(lon: $lon, lat: $lat, classes: $classes, first: $first,
    maxDistanceM: $most) { kind assetId title circuitId substationId lon lat distanceM attributes } }"""
NEAR = """query($lon: Float!, $lat: Float!, $radius: Float! = 1000, $classes: [PlacedClass!],
    $first: Int! = 50) { linesNear(lon: $lon, lat: $lat, radiusM: $radius, classes: $classes, first: $first) {
    count totalLengthKm
    lines { lengthM line { kind assetId lon lat distanceM } } } }"""
NEAREST_LINE = """query($lon: Float!, $lat: Float!, $most: Float! = 500, $classes: [PlacedClass!]) {
    nearestLine(lon: $lon, lat: $lat, maxDistanceM: $most, classes: $classes) {
    lengthM line { assetId lon lat distanceM } } }"""
INSIDE = """query($area: AreaInput!, $classes: [PlacedClass!]!, $first: Int! = 50, $after: String) {
    assetsIn(area: $area, classes: $classes, first: $first, after: $after) { areaKm2
    classes { kind count endCursor hasNextPage assets { assetId distanceM } } } }"""
CIRCUITS = """query($lon: Float!, $lat: Float!) { circuitsAt(lon: $lon, lat: $lat) { circuitId name
    substationId voltageKv transformerCount customerCount meterCount areaKm2 centreLon centreLat } }"""
CONNECTED = """query($id: String!) { assetsOfLine(lineId: $id) { lineId circuitId isFed
    feedsFrom { kind assetId } feeds { kind assetId } transformers { assetId } switches { assetId }
    poles { assetId } meterCount customerCount transformersBehind metersBehind customersBehind } }"""
STAR = [
    [CENTRE[0] + r * math.sin(a * math.pi / 5), CENTRE[1] + r * math.cos(a * math.pi / 5)]
    for a, r in enumerate([0.025, 0.01] * 5)
]
STAR.append(STAR[0])


def impact_of(scattered: Scattered, meters: list[models.Meter]) -> dict[str, Any]:
    keys = {meter.pk for meter in meters}
    served = [
        each for each in scattered.customers if each.meter_id in keys and each.account_status == "ACTIVE"
    ]
    critical = [each for each in served if each.critical_kind]
    units = {meter.transformer_id for meter in meters}
    return {
        "meters": len(keys),
        "customers": len(served),
        "criticalCustomers": len(critical),
        "transformers": len(units),
        "partialTransformers": sum(
            any(other.transformer_id == unit and other.pk not in keys for other in scattered.meters)
            for unit in units
        ),
    }
