"""The text of the documents: reading files, cutting them into passages, finding the passages that answer."""
