"""Which asset a text means: an id as people type it, or a name, or one near to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rapidfuzz import fuzz, process

from agent.answers.words import plain
from agent.backends.requests import ToolOutcome
from agent.events import AssetRef, Choice, Choices, ChoicesReason, DoneReason
from agent.tools.spec import Caller
from flux_site.api.errors import BadInput
from grid.federation import from_either_store
from grid.selectors.named_assets import (
    KINDS,
    NamedAsset,
    kinds_seen_by,
    list_branches,
    list_by_id,
    list_by_name,
    list_names,
)
from grid.selectors.search import MIN_CHARACTERS, search_assets

MOST_CANDIDATES = 8
MOST_NEAR = 5
LONGEST = 200  # characters
NEAR_FROM = 75.0
"""Likeness, 0 to 100, from which a name is offered as a near one."""
SAME_FROM = 85.0
"""Likeness from which the one nearest name is taken, if the next is ``APART`` less like it."""
APART = 5.0

_WORDS = {
    ("substation", "substations", "station"): ("SUB",),
    ("circuit", "circuits", "feeder", "feeders"): ("CKT",),
    ("transformer", "transformers", "xfmr"): ("XFMR",),
    ("meter", "meters"): ("MTR",),
    ("customer", "customers", "account"): ("CUST",),
    ("pole", "poles"): ("POLE",),
    ("line", "lines", "section", "span"): ("LINE", "BR"),
    ("branch", "branches", "transmission"): ("BR",),
    ("switch", "breaker", "recloser", "fuse", "sectionalizer", "sectionaliser", "tie", "switches"): ("SW",),
    ("bus", "buses", "busbar"): ("BUS",),
    ("plant", "generator", "unit"): ("PLANT",),
    ("tree", "trees"): ("TREE",),
    ("outage", "outages"): ("OUT",),
    ("order",): ("WO",),
    ("crew", "crews"): ("CREW",),
}
KIND_WORDS: dict[str, tuple[str, ...]] = {word: codes for words, codes in _WORDS.items() for word in words}
"""Words that say which kinds of assets are meant."""

_FILLERS = frozenset({"the", "a", "an", "of", "at", "in", "named", "called"})
_LETTERS = "|".join(sorted({*KINDS, *(word.upper() for word in KIND_WORDS)}, key=len, reverse=True))
_ID = re.compile(rf"\b({_LETTERS})[\s_-]*#?(\d[0-9A-Z]*(?:[\s_-]+\d[0-9A-Z]*)*)\b", re.IGNORECASE)
_BETWEEN = re.compile(
    r"^(?:between\s+|from\s+)?(.+?)\s*(?:\bto\b|\band\b|[–—/]|\s-\s)\s*(.+)$", re.IGNORECASE
)
_ZEROS = re.compile(r"\b0+(?=\d)")
_THIS = re.compile(
    rf"^(?:it|(?:this|that|the selected|the|selected)(?:\s+({'|'.join(KIND_WORDS)}|asset|one))?)$",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, kw_only=True)
class Found(AssetRef):
    """The asset that a text means.

    Attributes:
        kind: a code of ``KINDS``.
        parent: what it hangs on, in words.
        zone: name of its load zone.
        note: what the reader must know of how it was found; None where the text names it.
    """

    kind: str = ""
    parent: str | None = None
    zone: str | None = None
    note: str | None = None

    @property
    def noun(self) -> str:
        """What it is called."""
        return KINDS[self.kind].noun

    @property
    def ref(self) -> AssetRef:
        """The asset for an event, no more."""
        return AssetRef(asset_id=self.asset_id, label=self.label, lon=self.lon, lat=self.lat)

    def described(self) -> str:
        """Return what tells it apart, as plain text."""
        named = self.label if self.asset_id in self.label else f"{self.label} ({self.asset_id})"
        parent = None if self.parent and self.label.startswith(self.parent) else self.parent
        parts = [named, self.noun, parent, f"zone {self.zone}" if self.zone else None]
        return ", ".join(part for part in parts if part)


class Ambiguous(Exception):
    """A text that several assets fit; the first of them, and the question with a place for the id."""

    def __init__(self, text: str, candidates: Sequence[Found], *, more: int, asking: str) -> None:
        super().__init__(f"{text!r} can mean several assets")
        self.text = text
        self.candidates = tuple(candidates)
        self.more = more
        self.asking = asking

    def outcome(self) -> ToolOutcome:
        """Return the question back."""
        count = len(self.candidates) + self.more
        first = f" These are the first {len(self.candidates)}:" if self.more else ""
        listed = "\n".join(f"- {plain(each.described())}" for each in self.candidates)
        summary = f"“{_cut(self.text)}” can mean {count:,} assets. Which one?{first}\n\n{listed}"
        return _ask_back(summary, self.candidates, self.asking, ChoicesReason.AMBIGUOUS)


class Unknown(Exception):
    """A text that no asset fits that the user may see; those whose names are near."""

    def __init__(self, text: str, near: Sequence[Found], *, what: str, asking: str) -> None:
        super().__init__(f"There is no {what} {text!r} that you may see")
        self.text = text
        self.near = tuple(near)
        self.what = what
        self.asking = asking

    def outcome(self) -> ToolOutcome:
        """Return the question back."""
        summary = f"There is no {self.what} “{_cut(self.text)}” that you may see."
        if self.near:
            listed = "\n".join(f"- {plain(each.described())}" for each in self.near)
            summary += f" Did you mean one of these?\n\n{listed}"
        return _ask_back(summary, self.near, self.asking, ChoicesReason.UNKNOWN_WORDS)


def resolve(text: str, user: Any, kinds: Collection[str] = (), *, asking: str = "{}") -> Found:
    """Return the asset that a text means, of those that a user may see.

    An id is taken in any capitals, with blanks for its dashes. Of names one that is the text comes first,
    then one that begins with it, then one that holds it, then one that is near to it. A word such as
    "substation" or "transformer" says which kind is meant.

    Args:
        text: an id or a name.
        user: who asks.
        kinds: codes of ``KINDS`` that are allowed; none means all.
        asking: the question to be asked once the asset is chosen, with ``{}`` for its id.

    Raises:
        Ambiguous: if several assets fit equally well.
        Unknown: if none does.
        BadInput: if the text is empty or too long, or names an asset of another kind.
    """
    said = _UNSEEN.sub(" ", text).strip(" \t\"'“”‘’`.,;:?!")
    if not said or len(said) > LONGEST:
        raise BadInput(f"An asset is named by 1 to {LONGEST} characters.", field="asset")
    layers = tuple(dict.fromkeys(kind.layer for kind in kinds_seen_by(user, kinds)))
    if not layers:
        raise Unknown(said, (), what=_what(kinds), asking=asking)
    return from_either_store(
        field="assistant.resolve",
        layers=layers,
        vital_layers=(),
        ask=lambda: _resolve(said, user, kinds, asking),
    )


def asset_meant(caller: Caller, text: str, kinds: Collection[str] = (), *, asking: str = "{}") -> Found:
    """Return the asset that a text means: as ``resolve``, and "this transformer" is the one on the screen.

    Raises:
        Ambiguous, Unknown, BadInput: as ``resolve``.
    """
    pointed = _THIS.match(text.strip())
    if pointed and caller.context.asset_ids:
        word = (pointed[1] or "").casefold()
        wanted = [code for code in KIND_WORDS.get(word, KINDS) if not kinds or code in kinds]
        shown = list(dict.fromkeys(reversed(caller.context.asset_ids)))
        for asset in list_by_id(shown, user=caller.user, codes=wanted) if wanted else ():
            return _found(asset)
    return resolve(text, caller.user, kinds, asking=asking)


def _resolve(said: str, user: Any, kinds: Collection[str], asking: str) -> Found:
    by_id = _by_id(said, user, kinds)
    if by_id is not None:
        return by_id
    words = [word for word in said.split() if word.casefold() not in _FILLERS] or said.split()
    told = [word for word in words if word.casefold() in KIND_WORDS]
    rest = [word for word in words if word.casefold() not in KIND_WORDS]
    meant = {code for word in told for code in KIND_WORDS[word.casefold()] if not kinds or code in kinds}
    for names, codes in (
        *([(rest, meant)] if rest and meant else []),
        *([(rest, set(kinds))] if rest and told and not meant and kinds else []),
        (words, set(kinds)),
    ):
        found = _best(_by_name(names, user, codes))
        if found:
            return _one_of(said, found, asking)
    if _ID.search(said):
        raise Unknown(said, _beginning_with(said, user, kinds), what=_what(kinds), asking=asking)
    return _near(said, rest or words, user, meant or set(kinds), kinds, asking)


def _by_id(said: str, user: Any, kinds: Collection[str]) -> Found | None:
    for asset in list_by_id(ids_meant(said), user=user, is_one_meant=True):
        if kinds and asset.kind not in kinds:
            raise BadInput(
                f"{asset.asset_id} is a {KINDS[asset.kind].noun}; this is about a {_what(kinds)}.",
                field="asset",
            )
        return _found(asset)
    return None


def ids_meant(said: str) -> list[str]:
    """Return the ids that a text can mean, the likeliest first.

    "xfmr 12 01 0004" is XFMR-12-01-0004, and "meter 1000012" MTR-1000012, with zeros in front where a
    shorter number was typed. A text without blanks may be an id of any form.
    """
    ids = [said, said.upper()] if " " not in said else []
    for letters, digits in _ID.findall(said):
        number = re.sub(r"[\s_-]+", "-", digits.upper())
        codes = KIND_WORDS.get(letters.casefold(), (letters.upper(),))
        for code in codes:
            ids.append(f"{code}-{number}")
            if number.isdigit() and not number.startswith("0"):
                ids += [f"{code}-{number.zfill(width)}" for width in (3, 6, 7) if width > len(number)]
    return list(dict.fromkeys(ids))


def _by_name(words: Sequence[str], user: Any, codes: Collection[str]) -> list[tuple[int, NamedAsset]]:
    """Return assets whose name fits, each with how well: 0 is the name, 1 its beginning, 2 a part."""
    text = _plain_name(" ".join(words))
    ranked = []
    for asset in list_by_name([word.strip("\"'“”,") for word in words], user=user, codes=codes):
        name = _plain_name(asset.name or "")
        rank = 0 if name == text else 1 if name.startswith(text) else 2
        ranked.append((rank, asset))
    if not codes or "BR" in codes:
        parted = _BETWEEN.match(" ".join(words))
        ends: tuple[str, str | None] = (" ".join(words), None)
        if parted:
            ends = (parted[1].strip(), parted[2].strip())
        is_line = bool(codes) and "SUB" not in codes
        if parted or is_line:  # a name alone is the substation's, unless a line is asked for
            ranked += [(0, asset) for asset in list_branches(*ends, user=user)]
    return ranked


def _best(ranked: Sequence[tuple[int, NamedAsset]]) -> list[NamedAsset]:
    """Return those that fit best: all of that name; else of the first kind, whose names others begin with."""
    if not ranked:
        return []
    best = min(rank for rank, _ in ranked)
    found = [asset for rank, asset in ranked if rank == best]
    if best == 0:
        return found
    order = list(KINDS)
    found.sort(key=lambda asset: order.index(asset.kind))
    return list(next(group for _, group in groupby(found, key=lambda asset: asset.kind)))


def _one_of(said: str, found: Sequence[NamedAsset], asking: str) -> Found:
    if len(found) == 1:
        return _found(found[0])
    first = [_found(asset) for asset in found[:MOST_CANDIDATES]]
    raise Ambiguous(said, first, more=len(found) - len(first), asking=asking)


def _near(
    said: str,
    words: Sequence[str],
    user: Any,
    codes: Collection[str],
    kinds: Collection[str],
    asking: str,
) -> Found:
    """Return the asset whose name is nearest, if it is much nearer than any other.

    Raises:
        Unknown: if none is; with those that are near.
    """
    searched = [code for code in ("SUB", "CKT") if not codes or code in codes]
    names = dict(list_names(user=user, codes=searched)) if searched else {}
    text = _plain_name(" ".join(words))
    likest = process.extract(
        text, names, scorer=fuzz.ratio, processor=_plain_name, limit=MOST_NEAR, score_cutoff=NEAR_FROM
    )
    ids = [asset_id for _, _, asset_id in likest]
    near = [_found(asset) for asset in list_by_id(ids, user=user, codes=searched)] if ids else []
    if near and likest[0][1] >= SAME_FROM and (len(likest) == 1 or likest[0][1] - likest[1][1] >= APART):
        note = f"“{_cut(said)}” was taken as {plain(near[0].label)}, the nearest name on record."
        return _found_with(near[0], note)
    raise Unknown(said, near, what=_what(kinds), asking=asking)


def _beginning_with(said: str, user: Any, kinds: Collection[str]) -> list[Found]:
    """Return assets whose ids begin with what was typed."""
    for asset_id in ids_meant(said):
        if len(asset_id) < MIN_CHARACTERS:
            continue
        hits = search_assets(text=asset_id, first=MOST_NEAR, user=user)
        ids = [hit.asset_id for hit in hits]
        found = list_by_id(ids, user=user, codes=kinds) if ids else []
        if found:
            return [_found(asset) for asset in found]
    return []


def _found(asset: NamedAsset) -> Found:
    return Found(
        asset_id=asset.asset_id,
        label=asset.label,
        lon=asset.lon,
        lat=asset.lat,
        kind=asset.kind,
        parent=asset.parent,
        zone=asset.zone,
    )


def _found_with(found: Found, note: str) -> Found:
    return Found(**{**vars(found), "note": note})


def _plain_name(name: str) -> str:
    """Return a name without capitals, doubled blanks and zeros in front: "Wallis 01" is "wallis 1"."""
    return _ZEROS.sub("", " ".join(name.casefold().split()))


def _what(kinds: Collection[str]) -> str:
    nouns = [KINDS[code].noun for code in KINDS if code in kinds]
    return " or ".join([", ".join(nouns[:-1]), nouns[-1]] if len(nouns) > 1 else nouns) or "asset"


def _cut(text: str) -> str:
    return plain(text if len(text) <= 80 else f"{text[:79]}…")


def _ask_back(summary: str, offered: Sequence[Found], asking: str, reason: ChoicesReason) -> ToolOutcome:
    choices = tuple(
        Choice(label=each.described(), question=asking.replace("{}", each.asset_id)) for each in offered
    )
    events = (Choices(reason=reason, choices=choices),) if choices else ()
    candidates = [
        {"asset_id": each.asset_id, "kind": each.noun, "name": each.label, "of": each.parent}
        for each in offered
    ]
    return ToolOutcome(
        content={"found": False, "question": summary.partition("\n")[0], "candidates": candidates},
        events=events,
        summary=summary,
        ended=DoneReason.ASKED_BACK,
    )
