"""GraphQL of the grid."""
