"""The SQL that sets a Snowflake account up, generated from the declared tables, views and pipeline.

``python -m grid.ddl --write`` writes ``deploy/snowflake`` and the list of tables in ``docs``; ``--check``
says whether they are current.
"""
