"""``python -m agent.documents FILE``: how well the questions of a file find the product's documents."""

import sys
from pathlib import Path

from agent.documents.builtin import built_in_documents
from agent.documents.lexical import Entry
from agent.documents.measuring import measure, read_questions
from agent.documents.passages import cut
from agent.documents.ranking import Passages


def main(path: Path) -> None:
    """Print recall by halves, and which questions without an answer found something all the same."""
    places: list[tuple[str, str]] = []
    entries: list[Entry] = []
    for document in built_in_documents():
        for passage in cut(document.document):
            places.append((document.key, passage.section))
            title = document.document.title or document.key
            standard = document.document.meta["standard"]
            entries.append(Entry(title=title, section=passage.section, text=passage.text, standard=standard))
    passages = Passages(entries)

    def search(text: str) -> list[tuple[str, str]]:
        return [places[found.index] for found in passages.search(text)]

    questions = read_questions(path)
    out = [f"{len(places)} passages of {len({key for key, _ in places})} documents"]
    for name, is_held_out in (("tune", False), ("held out", True)):
        found = measure([each for each in questions if each.is_held_out is is_held_out], search)
        if found is not None:
            out.append(
                f"{name}: {found.questions} questions, section at 1 {found.at_1:.3f}, at 3 {found.at_3:.3f},"
                f" document at 1 {found.document_at_1:.3f}, nothing found {found.unanswered},"
                f" median {found.median_ms:.2f} ms"
            )
    strange = [each.text for each in questions if not each.documents]
    wrong = [text for text in strange if search(text)]
    out.append(
        f"without an answer: {len(strange) - len(wrong)} of {len(strange)} found nothing; wrongly {wrong}"
    )
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
