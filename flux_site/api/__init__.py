"""What every part of the API shares: errors, tokens, limits, masking and the audit of personal data."""
