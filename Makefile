# Every target is one command of docker/bare, which needs nothing but Python's standard library.
.DEFAULT_GOAL := help
PYTHON ?= python3
BARE := $(PYTHON) docker/bare

.PHONY: help up down status test lint lock clean

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

up: ## the whole stack in the background (WEB_PORT, ODOO_PORT and SIMULATOR_PORT move it)
	@$(BARE) up

down: ## its end
	@$(BARE) down

status: ## what runs
	@$(BARE) status

test: ## linters and all tests, against a real Odoo and in a real browser (TESTS=… chooses)
	@$(BARE) test $(TESTS)

lint: ## linters and types alone
	@$(BARE) lint

lock: ## the newest releases of all Python packages into the locks
	@$(BARE) lock

clean: ## end everything and remove what was set up
	@$(BARE) clean
