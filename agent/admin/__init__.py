"""The admin of the assistant: documents, conversations, the page to ask on, and the state of the back end."""

from agent.admin import conversations, documents

__all__ = ["conversations", "documents"]
