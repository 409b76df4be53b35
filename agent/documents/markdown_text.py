"""Markdown read into blocks, with the front matter that says what the document is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from agent.documents.blocks import Block, Outline, ReadDocument, tidy
from agent.documents.kinds import BadDocument

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT = re.compile(r"\A﻿?---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def read_markdown(text: str) -> ReadDocument:
    """Return what a Markdown text says: a paragraph, list item, table row or code block is a block each.

    Raises:
        BadDocument: if its front matter is no mapping.
    """
    from markdown_it import MarkdownIt

    meta, body = split_front_matter(text)
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(body)
    outline, blocks = Outline(), []
    title: str | None = None
    cells: list[str] | None = None
    level: int | None = None
    for token in tokens:
        if token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            blocks.append(Block(text=" | ".join(cells), headings=outline.headings))
            cells = None
        elif token.type in {"fence", "code_block"}:
            blocks.append(Block(text=token.content.strip(), headings=outline.headings))
        elif token.type == "inline":
            words = tidy(_plain(token))
            if level is not None:
                if level == 1 and title is None:
                    title = words
                else:
                    outline.enter(level, words)
                level = None
            elif cells is not None:
                cells.append(words)
            elif words:
                blocks.append(Block(text=words, headings=outline.headings))
    return ReadDocument(blocks=tuple(blocks), title=meta.get("title") or title, meta=meta)


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the front matter's values as texts, and the Markdown after it.

    Raises:
        BadDocument: if there is a front matter and it is no mapping of YAML.
    """
    match = _FRONT.match(text)
    if match is None:
        return {}, text
    try:
        values = yaml.safe_load(match[1])
    except yaml.YAMLError as error:
        raise BadDocument(f"The front matter is no YAML: {error}") from error
    if not isinstance(values, dict):
        raise BadDocument("The front matter must be 'name: value' lines.")
    return {str(name): str(value) for name, value in values.items() if value is not None}, text[match.end() :]


def _plain(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif child.type == "image":
            parts.append(_plain(child))
        else:
            parts.append(child.content)
    return "".join(parts)
