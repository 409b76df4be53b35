"""The admin of the assistant: documents and their passages."""

from agent.admin import documents

__all__ = ["documents"]
