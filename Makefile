# Every target is one command of docker/bare, which needs nothing but Python's standard library.
.DEFAULT_GOAL := help
PYTHON ?= python3
BARE := $(PYTHON) docker/bare

.PHONY: help demo up down status test bench lint lock clean

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: ## everything set up, a lunch rush played, and who knows what of it (ONCE=1: ends with 0 only if all agree)
	@$(BARE) demo

up: ## the whole stack in the background (WEB_PORT, ODOO_PORT and SIMULATOR_PORT move it)
	@$(BARE) up

down: ## its end
	@$(BARE) down

status: ## what runs
	@$(BARE) status

test: ## linters and all tests, against a real Odoo and in a real browser (TESTS=… chooses)
	@$(BARE) test $(TESTS)

bench: ## orders per second into Odoo, against the loop that one writes first
	@$(BARE) bench

lint: ## linters and types alone
	@$(BARE) lint

lock: ## the newest releases of all Python packages into the locks
	@$(BARE) lock

clean: ## end everything and remove what was set up
	@$(BARE) clean
