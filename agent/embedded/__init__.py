"""The back end without a language model: decides which tool answers a question, and words what it found."""
