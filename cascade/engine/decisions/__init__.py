"""What a cascade costs, how to restore, stop and forestall it. Numbers in, numbers out."""
