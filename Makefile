# make run · make test · make install — see README.md
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := run
.PHONY: install wheelhouse run browser test test-real bench pictures lint

VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed
PORT ?= 8501
ADDRESS ?= 127.0.0.1
DESK_REAL_DATA ?= ../shared/data
# What Python has compiled is kept, also where the machine says otherwise: the tests start some fifty processes.
export PYTHONDONTWRITEBYTECODE :=
# DEMO="--grids 4" makes a smaller demo community, ready sooner.
DEMO ?=
# WHEELHOUSE=folder installs from a folder of wheels without a network.
PIP := install -qq --disable-pip-version-check $(if $(WHEELHOUSE),--no-index --find-links "$(WHEELHOUSE)")

install: $(STAMP)

$(STAMP): requirements.txt
	python=""
	for one in "$${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
	  if [ -n "$$one" ] && "$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python="$$one"; break; fi
	done
	if [ -z "$$python" ]; then
	  echo "The desk needs Python 3.11 or newer and found none on PATH. On Debian: apt-get install python3; or say PYTHON=/path/to/python3.11" >&2; exit 1
	fi
	test -x $(PY) && $(PY) -c '' 2>/dev/null || { rm -rf $(VENV); "$$python" -m venv --without-pip $(VENV); }
	if "$$python" -m pip --version >/dev/null 2>&1; then
	  "$$python" -m pip --python $(PY) $(PIP) -r requirements.txt
	elif "$$python" -m ensurepip --version >/dev/null 2>&1; then
	  $(PY) -m ensurepip --default-pip >/dev/null; $(PY) -m pip $(PIP) -r requirements.txt
	else
	  echo "$$python has no pip. On Debian: apt-get install python3-pip" >&2; exit 1
	fi
	touch $(STAMP)

# For an office without internet: run this where there is one, carry the folder over.
wheelhouse:
	python=$$(command -v "$${PYTHON:-python3}"); mkdir -p wheelhouse
	"$$python" -m pip download -qq --disable-pip-version-check --only-binary :all: -d wheelhouse -r requirements.txt
	echo "wheelhouse/ holds everything; carry it over and say: make install WHEELHOUSE=wheelhouse"

run: install
	$(PY) -m db migrate
	$(PY) -m db demo --if-empty $(DEMO)
	exec $(PY) -m streamlit run app.py --server.port $(PORT) --server.address $(ADDRESS)

# Chromium and a Chinese font, as root or not; prints what to install if that can't be done.
browser: install
	$(PY) -m tests.browser.chromium

# Three at once also on two processors: one of them mostly waits for its browser.
# What fails is run once more, alone: a real failure fails twice, a browser that was too slow beside another one says so in the log.
test: install browser
	$(PY) -m pytest tests --ignore=tests/real -n 3 --dist loadfile --no-loadscope-reorder $(ARGS) || \
	  { echo "--- once more, alone: what failed above"; $(PY) -m pytest tests --ignore=tests/real --last-failed --last-failed-no-failures none $(ARGS); }

test-real: install
	if [ ! -d "$(DESK_REAL_DATA)" ]; then
	  echo "The real files are not at '$(DESK_REAL_DATA)'. Put them there or say DESK_REAL_DATA=/path/to/data" >&2; exit 1
	fi
	DESK_REAL_DATA="$$(cd "$(DESK_REAL_DATA)" && pwd)" $(PY) -m pytest tests/real $(ARGS)

bench: install
	$(PY) -m tests.bench

pictures: install browser
	$(PY) -m tests.browser.pictures

lint: install
	$(PY) -m ruff check .
