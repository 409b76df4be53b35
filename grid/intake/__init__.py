"""Files of assets on their way to the warehouse: reading, mapping, checking, merging. No framework here."""
