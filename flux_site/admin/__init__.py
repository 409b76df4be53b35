"""The Django admin of Flux Operations Center: its site, status panel and the parts its pages share."""
