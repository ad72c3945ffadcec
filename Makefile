# make play | install | test | test-quick | setup | lint | lock | docs | translations | audit | bench | fuzz | chaos | chaos-fleet | load | soak | gallery | first-minute | commands | judge   (needs Python >= 3.11 with pip, git and make; nothing else)

PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
PLAYGROUND_PORT ?= 8765
# each port has a data folder of its own: one bot at a time works in one
PLAYGROUND_DIR ?= play$(if $(filter-out 8765,$(PLAYGROUND_PORT)),-$(PLAYGROUND_PORT))
# threads wait as in the engine: engine/openmp.py
export OMP_WAIT_POLICY ?= PASSIVE
export GOMP_SPINCOUNT ?= 1000
# some environments forbid Python to keep what it compiles: each of hundreds of processes would compile torch anew
unexport PYTHONDONTWRITEBYTECODE
# one worker more than cores, for a third of what tests do is to wait; in each torch on one thread
CORES := $(shell nproc 2>/dev/null || echo 2)
WORKERS := $(shell expr $(CORES) + 1)
TESTS = OMP_NUM_THREADS=1 $(BIN)/python -m pytest --maxprocesses=4 --dist=worksteal

.PHONY: play install setup test test-quick test-postgresql lint lock docs translations audit bench fuzz chaos chaos-fleet load soak gallery first-minute commands judge clean

play: install
	@$(BIN)/python -m bot.playground --port $(PLAYGROUND_PORT) --data-dir $(PLAYGROUND_DIR) --open

# what runs and plays; and with what tests, checks, trains and draws the documents
install: .venv/.play

setup: .venv/.ready

# everything that has a time to end: the durations stand in test-results.xml
test: setup
	$(TESTS) --numprocesses=$(WORKERS) --durations=15 --junitxml=test-results.xml $(PYTEST_ARGS)

# no torch, no process, no browser: for every few minutes
test-quick: setup
	$(TESTS) --numprocesses=$(WORKERS) --quick $(PYTEST_ARGS)

# many machines: on a PostgreSQL that the tests start (Debian: apt-get install postgresql)
test-postgresql: setup
	REQUIRE=1 $(BIN)/python -m pytest -m postgresql $(PYTEST_ARGS)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# what runs, which is all that the container holds; and beside it what tests and training need, or what the playground has:
# scikit-image's photos, without what its code needs (scipy and others, 120 MB)
BESIDE = awk 'NR == FNR { if (/^[a-z0-9]/) known[$$0]; next } /^[a-z0-9]/ { skip = $$0 in known } !skip'
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-header \
	--no-annotate
lock: $(UV)
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --all-extras --constraint requirements.lock pyproject.toml -o requirements-dev.lock
	$(BESIDE) requirements.lock requirements-dev.lock > .tools/dev.lock
	mv .tools/dev.lock requirements-dev.lock
	echo scikit-image | $(COMPILE) --no-deps --constraint requirements-dev.lock - -o requirements-play.lock

# 200,000 damaged files against the decoder; FUZZ_ARGS="--seed 1a2b3c4d" makes the same ones again
fuzz: setup
	$(BIN)/python -m tests.fuzz $(FUZZ_ARGS)

# kill -9 among 500 jobs, and everything else that fails around a bot; CHAOS_ARGS="kills --seed 1a2b3c4d --jobs 100"
chaos: setup
	$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

# the same of many machines: engines, the bot, PostgreSQL and S3 are killed; CHAOS_ARGS="--seed 1a2b3c4d --jobs 1000"
chaos-fleet: setup
	$(BIN)/python -m tests.fleet_chaos $(CHAOS_ARGS)

# twelve minutes of 110 people in 50 channels; LOAD_ARGS="--minutes 2 --light 20" for less
load: setup
	$(BIN)/python -m tests.load crowd $(LOAD_ARGS)

# 20,000 dreams, and whether anything has grown; SOAK_ARGS="--jobs 2000" for less
soak: setup
	$(BIN)/python -m tests.load soak $(SOAK_ARGS)

# after changing a sentence: every language's file with all sentences and no others; those that are new are empty
translations: setup
	$(BIN)/python -m tests.catalogues $(LOCALE)

# the pages and files that are made from the code
docs: setup
	$(BIN)/python -m engine.settings > config.example.toml
	$(BIN)/python -m engine.errors > docs/errors.md

# asks an advisory service on the network about every locked package; not part of `test` and .ci/run for that reason
audit: $(UV)
	$(UV) tool run --from 'pip-audit>=2.9' pip-audit --requirement requirements.lock --requirement requirements-dev.lock --require-hashes --disable-pip --strict

bench: setup
	$(BIN)/python -m engine.benchmark $(BENCH_ARGS)
	$(BIN)/python -m bot.playground.stopwatch

gallery: setup
	$(BIN)/python -m engine.gallery --out docs/gallery

# the README's clip, and docs/commands.md with what each command answers: real answers in the playground
first-minute: setup
	$(BIN)/python -m tests.first_minute

commands: setup
	$(BIN)/python -m tests.command_page

# hours: what the recipes make, and what a network that makes nothing says of it; JUDGE_ARGS="--only concepts --count 20"
judge: setup
	$(BIN)/python -m engine.judge $(JUDGE_ARGS)

# uv lives in a folder of the checkout, so that nothing is installed on the machine
$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Pareidolia needs Python 3.11 or newer. Install it and run: make play PYTHON=python3.12"; exit 1; }
	@echo "Fetching uv, which installs everything else, into .tools ..."
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-conflicts --root-user-action=ignore \
		--target .tools uv

# measured on Linux, x86_64; what tests need beside it is another 0.3 GB to download. TORCH=cpu is an estimate, untested
COMMA := ,
WITH_CUDA := 2.9 GB to download and 4.9 GB installed, most of it torch with CUDA
SIZE := about $(if $(filter Linux,$(shell uname -s)),$(if $(filter cpu,$(TORCH)),0.5 GB to download; $(WITH_CUDA)$(COMMA) where there is no other,$(WITH_CUDA)),0.5 GB to download)
define INSTALL
@echo "Setting up .venv: $(SIZE). Once only."
@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) .venv
@UV=$(UV) .ci/install '$(1)' --python $(BIN)/python
@$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
@$(BIN)/python -m compileall -q bot engine
@touch $@
endef

.venv/.play: $(UV) requirements.lock requirements-play.lock pyproject.toml
	$(call INSTALL,requirements.lock requirements-play.lock)

.venv/.ready: $(UV) requirements.lock requirements-dev.lock pyproject.toml
	$(call INSTALL,requirements.lock requirements-dev.lock)
	@touch .venv/.play

clean:
	rm -rf .venv .tools play play-* dist
