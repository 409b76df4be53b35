"""How much load a cascade is run with, as people say it, put as a factor: 25 % more load is "at 1.25 x load".

What says no direction ("at 90 % load", "load factor 1.2") is left as it is: patterns and concepts read it.
"""

from __future__ import annotations

import re

from agent.embedded.normal import Said, Word

_LOAD = (
    r"(?:(?:the|all|every|its|our|system|total|grid|base|area|current) )*(?:loads?|demand"
    r"|loading) (?:on the (?:grid|system) )?"
)
_THAN = (
    r"(?:(?:(?:than|above|over|below|under|compared to|compared with|from|vs) )?(?:it is |we have )?(?:the )?"
    r"(?:now|today|normal|usual|normally|usually|at present|currently|base|base case|current|present|before"
    r"|(?:base|normal|usual|current|present|today 's|nominal) (?:load|loads|level|case|demand)) )?"
)
_NUMBER = r"(?P<value>\d+(?:\.\d+)?) (?:%|percent|per cent) "
_AT = (
    r"(?:(?:at|with|under|and|but|by|of|when|if|while|assuming|for|having) )?(?:(?:a|an|there is"
    r"|we have|we had) )?"
)
_IS = r"(?:(?:is|are|was|were|goes|go|went|being|gets|has|set) )?"
_UP = (
    r"(?:more|higher|extra|additional|greater|above|up|increase in|increase of|over|heavier|bigger"
    r"|larger|growth in|added) "
)
_DOWN = (
    r"(?:less|lower|below|down|fewer|lighter|reduced|smaller|decrease in|decrease of|reduction in"
    r"|reduction of|drop in|under|off) "
)
_GROWN = (
    r"(?:up|increased|raised|higher|grown|grows|growing|rising|rises|risen|increases|increasing"
    r"|scaled up|goes up) "
)
_SHRUNK = (
    r"(?:down|reduced|lowered|decreased|cut|dropped|drops|falls|fallen|shrunk|lower|decreases"
    r"|scaled down|goes down) "
)
_TIMES = {
    "twice": 2.0,
    "double": 2.0,
    "doubled": 2.0,
    "doubles": 2.0,
    "triple": 3.0,
    "tripled": 3.0,
    "triples": 3.0,
    "half": 0.5,
    "halved": 0.5,
    "halves": 0.5,
    "two times": 2.0,
    "three times": 3.0,
    "a quarter more": 1.25,
    "a quarter less": 0.75,
    "a third more": 1.333333,
    "a third less": 0.666667,
    "a tenth more": 1.1,
    "a tenth less": 0.9,
}
_SAID_TIMES = "|".join(sorted(_TIMES, key=len, reverse=True))
_NORMAL = r"(?:normal|full|base|nominal|usual|regular|ordinary|unchanged|original|base case)"
_RULES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(rf"(?<!\S){source}"), sign)
    for source, sign in (
        (rf"{_AT}{_NUMBER}{_UP}(?:of |in )?{_LOAD}{_THAN}", 1),
        (rf"{_AT}{_NUMBER}{_DOWN}(?:of |in )?{_LOAD}{_THAN}", -1),
        (rf"{_AT}{_LOAD}{_IS}(?:at )?{_NUMBER}{_UP}{_THAN}", 1),
        (rf"{_AT}{_LOAD}{_IS}(?:at )?{_NUMBER}{_DOWN}{_THAN}", -1),
        (rf"{_AT}{_LOAD}{_IS}{_GROWN}(?:by |of )?(?:a )?{_NUMBER}{_THAN}", 1),
        (rf"{_AT}{_LOAD}{_IS}{_SHRUNK}(?:by |of )?(?:a )?{_NUMBER}{_THAN}", -1),
        (rf"{_AT}(?:increased|raised|higher|growing) {_LOAD}(?:\( )?(?:by |of |plus )?{_NUMBER}", 1),
        (rf"{_AT}(?:reduced|lowered|decreased|lower) {_LOAD}(?:\( )?(?:by |of |minus )?{_NUMBER}", -1),
        (rf"{_AT}{_NUMBER}{_LOAD}(?:growth|increase) ", 1),
        (rf"{_AT}{_NUMBER}{_LOAD}(?:drop|decrease|reduction|cut) ", -1),
        (rf"(?:raise|raising|increase|increasing) {_LOAD}by {_NUMBER}", 1),
        (rf"(?:lower|lowering|reduce|reducing|decrease|decreasing|cut|cutting) {_LOAD}by {_NUMBER}", -1),
    )
)
_WHOLES = re.compile(
    rf"(?<!\S){_AT}(?P<times>{_SAID_TIMES}) (?:of )?{_LOAD}{_THAN}"
    rf"|(?<!\S){_AT}{_LOAD}{_IS}(?P<after>{_SAID_TIMES}) "
)
_BY_TIMES = re.compile(rf"(?<!\S){_AT}(?P<value>\d+(?:\.\d+)?) times {_LOAD}{_THAN}")
_AS_USUAL = re.compile(
    rf"(?<!\S)(?:(?:at|with|under|and|but|for|assuming|to) )?(?:the )?{_NORMAL} (?:loads?|demand"
    rf"|loading)(?: level| levels)? "
    rf"|(?<!\S)(?:(?:at|with|under|and|but) )?{_LOAD}(?:is |at |as )?(?:normal|usual|unchanged) "
)


def with_loads(said: Said) -> Said:
    """Return a question with the load it supposes as a factor; the same question where it supposes none.

    The percentage is of the base load: 25 % more is a factor of 1.25, 20 % less one of 0.8. What would be
    below nothing stays as it was said.
    """
    text = said.text
    for pattern, sign in _RULES:
        match = pattern.search(text)
        if match is not None:
            return _with_factor(said, match, 1 + sign * float(match["value"]) / 100)
    match = _WHOLES.search(text)
    if match is not None:
        return _with_factor(said, match, _TIMES[match["times"] or match["after"]])
    match = _BY_TIMES.search(text)
    if match is not None:
        return _with_factor(said, match, float(match["value"]))
    match = _AS_USUAL.search(text)
    return said if match is None else _with_factor(said, match, 1.0)


def _with_factor(said: Said, match: re.Match[str], factor: float) -> Said:
    if factor <= 0:
        return said
    start, end = match.span()
    words = [Word(word, word) for word in ("at", f"{factor:g}", "x", "load")]
    head, tail = said.cut(0, start).words, said.cut(end, len(said.text)).words
    return Said((*head, *words, *tail), said.mended)
