"""Questions about places, one file each: what is near, inside, around, affected."""
