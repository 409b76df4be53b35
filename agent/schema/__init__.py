"""GraphQL of the assistant."""
