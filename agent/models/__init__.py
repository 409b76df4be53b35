"""Documents, their files and the passages they were cut into."""

from agent.models.documents import Document, DocumentFile, DocumentState, Passage

__all__ = ["Document", "DocumentFile", "DocumentState", "Passage"]
