"""Answers in words, rows and charts, as the events of a conversation."""
