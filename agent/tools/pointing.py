"""Assets that an answer is about, by id: their names, and where they stand on the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent.events import AssetRef, Assets, Event
from agent.tools import telling
from grid.selectors.named_assets import KINDS, NamedAsset, list_by_id

MOST_POINTED_AT = 50


def named(ids: Iterable[str], user: Any) -> dict[str, NamedAsset]:
    """Return the assets of some ids that a user may see, by id."""
    wanted = list(dict.fromkeys(ids))
    codes = {each.partition("-")[0] for each in wanted} & set(KINDS)
    return {asset.asset_id: asset for asset in list_by_id(wanted, user=user, codes=codes)} if codes else {}


def said(asset_id: str, known: Mapping[str, NamedAsset]) -> str:
    """Return what an asset is called, with its id, as Markdown; its id alone where no name is to be told."""
    asset = known.get(asset_id)
    if asset is None or asset.label == asset_id or asset_id in asset.label:
        return telling.plain(asset.label if asset is not None else asset_id)
    return telling.plain(f"{asset.label} ({asset_id})")


def label(asset_id: str, known: Mapping[str, NamedAsset]) -> str | None:
    """Return the name of an asset; None where none is to be told."""
    asset = known.get(asset_id)
    return None if asset is None else asset.label


def pointed_at(ids: Sequence[str], known: Mapping[str, NamedAsset]) -> list[Event]:
    """Return an event that points at the assets that are known, in the order given; none without any."""
    assets = [known[each] for each in dict.fromkeys(ids) if each in known][:MOST_POINTED_AT]
    if not assets:
        return []
    refs = (AssetRef(asset_id=a.asset_id, label=a.label, lon=a.lon, lat=a.lat) for a in assets)
    return [Assets(assets=tuple(refs))]
