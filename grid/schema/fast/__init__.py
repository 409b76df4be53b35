"""The fast path of lists: rows straight from PostgreSQL into the answer, where the selection is plain.

The ordinary way makes a model object for each row and a resolver call for each value. Where every value
selected is a column, a function compiled for the selection turns the database's rows into the answer instead.
Permission, policy, trace and errors stay with the ordinary executor; what it would answer is answered, to the
byte, or it is asked itself. See docs/graphql.md.
"""

from grid.schema.fast.columns import read_from, shows_rows
from grid.schema.fast.executor import Completed, FastExecutor, column
from grid.schema.fast.kept import KeptBySelection
from grid.schema.fast.lists import fast_list, has_plan

__all__ = [
    "Completed",
    "FastExecutor",
    "KeptBySelection",
    "column",
    "fast_list",
    "has_plan",
    "read_from",
    "shows_rows",
]
