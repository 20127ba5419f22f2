.DEFAULT_GOAL := help
.PHONY: help demo test check audit lock format migrations translations screenshots bench bench-data

PORT ?= 8000
DATA_DIR ?= .demo
RESET ?=
UPGRADE ?=
SIZE ?= 1000000
BENCH_DIR ?= .bench
QUICK ?=
RECORD ?=
FLAME ?=
ONLY ?=

PYTHON := .venv/bin/python

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Run the whole product: PORT=8000 DATA_DIR=.demo RESET=1
	@scripts/setup base && $(PYTHON) scripts/translations.py compile && \
		exec $(PYTHON) -m crm.demo --port "$(PORT)" --data-dir "$(DATA_DIR)" $(if $(filter-out 0,$(RESET)),--reset)

test: ## Run all tests, in a real browser too
	@scripts/setup && $(PYTHON) scripts/translations.py compile && exec scripts/test

check: ## Run linters, types, and the checks of migrations, deployment and translations
	@scripts/setup && $(PYTHON) scripts/translations.py compile && exec scripts/check

audit: ## Ask PyPI whether a pinned package has a known weakness: needs the network
	@scripts/setup && exec .venv/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
		$(addprefix --requirement requirements/,production.txt dev.txt tools.txt)

format: ## Format the code
	@scripts/setup && exec scripts/format

migrations: ## Write the migrations that the models call for
	@scripts/setup && exec $(PYTHON) -m crm.servers run -- $(PYTHON) manage.py makemigrations

translations: ## Take new strings into locale/ru
	@scripts/setup && exec $(PYTHON) scripts/translations.py extract

screenshots: ## Make docs/screenshots from a fresh demo
	@scripts/setup && $(PYTHON) scripts/translations.py compile && \
		MESSENGER_CHROMIUM=$$(scripts/chromium) exec $(PYTHON) scripts/screenshots.py

bench: ## Measure the product beside bare limits: QUICK=1 RECORD=1 FLAME=1 ONLY="W2 W3" BENCH_DIR=.bench
	@scripts/setup && exec $(PYTHON) -m $(if $(filter-out 0,$(FLAME)),tests.benchmarks.flame,tests.benchmarks.bench \
		--folder "$(BENCH_DIR)" $(if $(filter-out 0,$(QUICK)),--quick) $(if $(filter-out 0,$(RECORD)),--record) \
		$(addprefix --only=,$(ONLY)))

bench-data: ## Make a database of years for the benchmarks: SIZE=1000000 BENCH_DIR=.bench
	@scripts/setup && exec $(PYTHON) -m tests.benchmarks.data --folder "$(BENCH_DIR)" --conversations "$(SIZE)"

lock: ## Pin the requirements anew: UPGRADE=1 for the newest versions
	@scripts/setup && exec scripts/lock $(if $(filter-out 0,$(UPGRADE)),--upgrade)
