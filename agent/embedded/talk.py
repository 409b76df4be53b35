"""What is no question of the grid: greetings, help, commands, other people's data."""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.embedded.intents import Offer, Refuse, Say
from agent.embedded.normal import Said
from agent.embedded.phrases import phrases
from agent.embedded.vocabulary import NOUNS
from agent.semantic.screening import screened

EXAMPLES = {
    "grid_analyst": (
        "How many outages were there last week?",
        "numbers, rankings and trends from the records",
    ),
    "outage_status": ("What is out right now?", "outages, their causes, crews and expected ends"),
    "asset_lookup": ("Tell me about the selected transformer", "facts of any asset"),
    "trace": ("What feeds the selected transformer?", "what feeds an asset, and who loses power without it"),
    "risk": ("Which transformers are most at risk?", "risk now, and the assets most at risk"),
    "cascade": ("Explain the last cascade run", "cascades: what happens if something fails"),
    "restoration_plan": ("Explain the restoration plan", "plans of restoration: order, crews, times, cost"),
    "weather_rating": (
        "Is the selected line overloaded at this hour?",
        "what lines can carry in the weather",
    ),
    "reliability": ("What was our SAIDI last month?", "SAIDI, SAIFI, CAIDI of a period"),
    "search_meters": ("Meters of the selected transformer", "meters, by id or by what supplies them"),
    "search_customers": ("Find the customer of the selected meter", "customers, as far as you may see them"),
    "search_technical_docs": ("How do I take an oil sample?", "technical manuals, with the place cited"),
    "search_compliance_docs": (
        "How often must lines be inspected for vegetation?",
        "rules and standards, with the place cited",
    ),
}
"""A question for each tool, and what the tool is good for."""

_SIMULATION = re.compile(
    r"(?:start|run) (?:an? |the |another |new )*(?:cascade |cascading |contingency )?"
    r"(?:simulation|cascade|contingency|study) "
)
_ASKED_AFTER = re.compile(r"(?<!\S)(?:which|what|where|how) ")
_NOUN = "|".join(re.escape(noun) for noun in NOUNS)
_OPEN_THINGS = re.compile(r"open (?:[a-z]+ )?(?:orders|outages|jobs|tickets|inspections|cases) ")
_NEAR = re.compile(
    r"(?:(?:up|off|on|out|down|back|in) )?"
    r"(?:(?:the|a|an|all|this|that|my|every|new|these|those|any|me|him|her|of|to|as|for|please|its|other"
    r"|old|under) )*"
    rf"(?:[a-z]+ ){{0,2}}(?:[A-Z]{{2,6}}-[0-9A-Z-]+ |(?:{_NOUN}) |{phrases().alternatives('things')}).*"
)
"""What a command changes: its thing stands near the verb."""


def without_fillers(said: Said) -> Said:
    """Return a question without "please", "can you tell me" and the like at its ends."""
    found = phrases()
    while said.words:
        text = said.text
        start = found.start(text, "polite_start")
        if not start:
            start = found.start(text, "polite_before_question")
            start = start if found.start(text[start:], "question_words") else 0
        if not start or start == len(text):
            break
        said = said.cut(start, len(text))
    while said.words:
        end = found.end(said.text, "polite_end")
        if not end:
            break
        said = said.cut(0, end)
    return said


def without_purpose(text: str) -> str:
    """Return a text without what it is for at its end: "… for the board", "… in plain words"."""
    bare = text.rstrip(" ?.!,")
    end = phrases().end(f"{bare.lower()} ", "purpose")
    return bare[:end].rstrip(" ,") if end else text


def without_fillers_within(said: Said) -> Said:
    """Return a question without words that change nothing wherever they stand: "exactly", "right now"."""
    while (span := phrases().place(said.text, "fillers_within")) is not None:
        head, tail = said.cut(0, span[0]).words, said.cut(span[1], len(said.text)).words
        said = Said((*head, *tail), said.mended)
    return said


def small_talk(said: Said, tools: Collection[str]) -> Say | None:
    """Return the answer to a greeting, to thanks, or to "what can you do"."""
    found = phrases()
    if not said.words or found.is_whole(said.text, "help"):
        return _help(tools, "")
    if found.is_whole(said.text, "greeting"):
        return _help(tools, "Hello. ")
    if found.is_whole(said.text, "thanks"):
        return Say("You are welcome.")
    return _help(tools, "") if found.is_whole(without_fillers(said).text, "help") else None


def _help(tools: Collection[str], start: str) -> Say:
    may = [(name, *EXAMPLES[name]) for name in EXAMPLES if name in tools]
    if not may:
        return Say(f"{start}I answer questions about this grid, but your rights include none of my tools.")
    lines = [f"- {what}: *{example}*" for _, example, what in may]
    text = (
        f"{start}I am a program with fixed rules, not a language model. I answer from this grid's data "
        "and documents, show where each answer comes from, and ask back where a question is unclear. I "
        "switch and change nothing. You may ask about:\n\n"
    )
    return Say(text + "\n".join(lines), tuple(Offer(example, example) for _, example, _ in may[:6]))


def refused(text: str, said: Said) -> Refuse | None:
    """Return why a text is not answered: instructions, statements, other people's data."""
    screen = screened(text)
    if screen is not None:
        return Refuse(screen)
    if phrases().holds(said.text, "others"):
        return Refuse(
            "I show nobody else's conversations, accounts or secrets: only the grid's data and documents, as "
            "far as you may see them."
        )
    return None


def command(said: Said) -> Refuse | None:
    """Return why a command is not carried out; None where it is none."""
    if _SIMULATION.match(said.text):
        return None  # simulating changes nothing of the grid
    verb_end = phrases().start(said.text, "command_verbs")
    is_whole = verb_end == len(said.text) and len(said.words) > 2
    if not verb_end or not (is_whole or _NEAR.fullmatch(said.text[verb_end:])):
        return None
    if _OPEN_THINGS.match(said.text):
        return None  # those that are open
    if said.words[0].plain == "isolate" and _ASKED_AFTER.search(said.text):
        return None  # which switches would do it
    verb = said.words[0].plain
    return Refuse(
        f"I only read; I do not {verb} anything. Switching, outages, work orders and accounts are changed "
        "where they are kept, by those who may."
    )
