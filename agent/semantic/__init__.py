"""What questions mean in the warehouse: semantic model, parser of English, builder of SQL, guard.

Pure: no Django, no network. The model is one file, ``model.yaml``.
"""
