# Flux Operations Center. 'make run' starts everything, 'make test' proves everything.
# The work is in tools/launcher (Python standard library only).

.DEFAULT_GOAL := help
PYTHON ?= python3
FLUX = $(PYTHON) tools/flux.py

.PHONY: help run test check bench load reset stop install schema pins manage services

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Install what is missing, start everything, print the address; Ctrl-C stops (FLUX_PORT=8000)
	@$(FLUX) run

test: ## Every check and test on throwaway services (ARGS="..." goes to pytest)
	@$(FLUX) test $(ARGS)

check: ## The fast part: lint, types, import rules, unit tests
	@$(FLUX) check

bench: ## Run the benchmarks on the demo data
	@$(FLUX) bench

load: ## Generate a scale into the warehouse and sync it (SCALE=demo|city|metro, AMI_DAYS=14, RAW_DAYS=0, HISTORY_YEARS=5)
	@$(FLUX) load $(or $(SCALE),demo) $(if $(AMI_DAYS),--ami-days $(AMI_DAYS)) $(if $(RAW_DAYS),--raw-days $(RAW_DAYS)) $(if $(HISTORY_YEARS),--history-years $(HISTORY_YEARS))

install: ## Install and build, start nothing (DEV=1: with the tools for tests)
	@$(FLUX) install $(if $(DEV),--dev)

schema: ## Write flux_site/schema.graphql anew from the code
	@$(FLUX) schema

pins: ## Write requirements/constraints.txt anew after changing a requirement
	@$(FLUX) pins

manage: ## Run a management command (CMD="...") with the services it needs
	@$(FLUX) manage $(CMD)

services: ## Keep the private PostgreSQL and Redis running for work on the code (DOWN=1: end them)
	@$(FLUX) services $(if $(DOWN),down,up --for-tests)

stop: ## Stop a run from another terminal, and what a killed one left
	@$(FLUX) stop

reset: ## Stop everything and delete the local data (FORCE=1: without asking)
	@$(FLUX) reset $(if $(FORCE),--force)
