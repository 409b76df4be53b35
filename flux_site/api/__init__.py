"""What every part of the API shares: errors, tokens, limits and masking."""
