"""Keeps the marks of changed tables few; see the migrations 0018 and 0021."""

from django.db import connection

_FOLD = """
WITH folded AS (
    DELETE FROM grid_datachange WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM grid_datachange FOR UPDATE SKIP LOCKED
    )) RETURNING table_name, mark
), kept AS (
    INSERT INTO grid_datachange (table_name, mark) SELECT table_name, bit_xor(mark) FROM folded GROUP BY 1
)
SELECT count(*) FROM folded
"""


def fold_changes() -> int:
    """Fold the marks of each table into one, which changes no version; return how many were folded.

    Which rows were told as changed is forgotten.

    Marks that somebody else is folding are left to them, and those of transactions that have not ended to
    the next time; nobody waits.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)
        (folded,) = cursor.fetchone()
        return int(folded)
