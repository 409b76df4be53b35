"""The warehouse as a read-only database of Django: querysets over the layers' models run on it unchanged.

Filters, orderings, cursors, row visibility, joins and prefetches are Django's, whichever store answers; only
the last step differs. Where PostgreSQL gets SQL text, the warehouse gets a SQLAlchemy select over the
queries that fill the layers (``translation``).
"""
