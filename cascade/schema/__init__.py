"""GraphQL of the cascade laboratory."""
