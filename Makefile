# Set-up, the main job and the tests: `make run`, `make test`. Needs Python 3.11+ and make (3.81+).

VENV = .venv
PYTHON =
PY = $(VENV)/bin/python
BMU = $(VENV)/bin/bmu
PIP = $(PY) -m pip install --quiet --no-compile --disable-pip-version-check --constraint constraints.txt

SCENARIO = estrogen_loss
OUT = runs/$(SCENARIO)
IMG = docs/img
DIST = dist
# Options of the command that a target runs: make run ARGS="--patch tiny --years 1 --replicates 2"
ARGS =

.PHONY: help run test lint format docs pictures validation scoreboard bench wheel venv clean

help:
	@echo "make run       simulate $(SCENARIO), show its result (ARGS=\"--patch tiny --years 1\")"
	@echo "make test      run the tests (ARGS=\"-m 'not slow'\")"
	@echo "make lint      ruff and mypy;  make format  lay the code out"
	@echo "make docs      write the generated pages of docs/"
	@echo "make pictures  make the pictures of README and docs/ anew"
	@echo "make validation  run the studies beside the ranges of the field"
	@echo "make scoreboard  run the arms of published trials beside what they found"
	@echo "make bench     measure the speed of this machine"
	@echo "make wheel     grow the burn-ins that ship, and build the wheel (DIST=dist)"
	@echo "make venv      install only;  make clean  remove what was made"

run: $(VENV)/.base
	$(BMU) run $(SCENARIO) --out $(OUT) $(ARGS)
	@echo "figure in $(OUT)/figure.png"

test: $(VENV)/.test
	@echo "compiling the kernels, once for all workers"
	@$(PY) -c "from bmu_abm.model import warm_up; warm_up()"
	$(PY) -m pytest --numprocesses 2 --dist loadfile --max-worker-restart 0 $(ARGS)

lint: $(VENV)/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(VENV)/.dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: $(VENV)/.base
	$(PY) -m bmu_abm.docs docs

pictures: $(VENV)/.base
	mkdir -p $(IMG)
	$(BMU) run estrogen_loss --replicates 24 --out build/estrogen_loss $(ARGS)
	cp build/estrogen_loss/figure.png $(IMG)/estrogen_loss_figure.png
	$(PY) docs/snapshot.py healthy -88 build/surface.npz
	$(PY) -m bmu_abm.pictures build/surface.npz --out $(IMG)/surface.png

validation: $(VENV)/.base
	for study in healthy menopause postmenopausal young_man ovx_mouse ovx_rat ovx_rabbit \
	  homing slit3 sishn3 sishn3_mouse zfp467 diseases drugs sequences half_step twice_the_patch; do \
	  $(PY) -m bmu_abm.validation $$study --store build/validation $(ARGS) || exit 1; \
	done

scoreboard: $(VENV)/.base
	$(BMU) validate --out docs/validation/trials --store build/scoreboard $(ARGS)

bench: $(VENV)/.base
	$(BMU) bench

wheel: $(VENV)/.dev
	$(PY) -m bmu_abm.runs.ship
	$(PY) -m build --wheel --outdir "$(DIST)" .

venv: $(VENV)/.base

clean:
	rm -rf $(VENV) build dist runs src/bmu_abm/_burnins .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The newest Python that the package is tested with; PYTHON=... chooses another.
$(VENV)/bin/python:
	@chosen=; \
	for p in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	  if "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
	    chosen=$$p; break; \
	  fi; \
	done; \
	if [ -z "$$chosen" ]; then \
	  echo "bmu_abm needs Python 3.11 or newer, and there is none here; install one, or say make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi; \
	if ! "$$chosen" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
	  echo "$$chosen cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; \
	  exit 1; \
	fi; \
	echo "making $(VENV) with $$chosen"; \
	"$$chosen" -m venv $(VENV)

NEEDS = $(VENV)/bin/python pyproject.toml constraints.txt

$(VENV)/.base: $(NEEDS)
	@echo "installing the package"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.test: $(NEEDS)
	@echo "installing the package and what the tests need"
	@$(PIP) --editable '.[test]'
	@touch $(VENV)/.base $@

$(VENV)/.dev: $(NEEDS)
	@echo "installing the package and what tests and checks need"
	@$(PIP) --editable '.[dev]'
	@touch $(VENV)/.base $(VENV)/.test $@
