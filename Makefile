# Sáng Kiến. `make` or `make help` tells what there is. Needs make, git, Python >= 3.11 and a way to the package indexes.
SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV   := .venv
PY     := $(VENV)/bin/python
READY  := $(VENV)/.installed
CODE   := shared services deploy tests
PYTEST := $(PY) -m pytest

ENTRIES   ?= 60
JUDGES    ?= 6
FINALISTS ?= 6
ARGS      ?=

# The first Python that really starts and is new enough: a name on the PATH may be an empty shim.
FIND_PYTHON = for name in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
	if "$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo "$$name"; break; fi; done

.PHONY: help up down demo test check route bench docs lock logs doctor clean fetch

help: ## This list
	@echo "Sáng Kiến – các lệnh / commands:"
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile
	@echo "  make demo takes ENTRIES=$(ENTRIES) JUDGES=$(JUDGES) FINALISTS=$(FINALISTS); up, logs and the tests take ARGS='…'"

up: $(READY) ## Bật toàn bộ hệ thống sau một địa chỉ; Ctrl-C để dừng / start everything
	@$(PY) -m deploy up $(ARGS)

down: $(READY) ## Dừng hệ thống đang chạy, dữ liệu còn nguyên / stop it
	@$(PY) -m deploy down $(ARGS)

demo: $(READY) ## Diễn cả một cuộc thi trên hệ thống đang chạy / play one whole contest
	@$(PY) -m deploy demo --entries $(ENTRIES) --judges $(JUDGES) --finalists $(FINALISTS) $(ARGS)

logs: $(READY) ## Nhật ký của mọi tiến trình, có màu, theo dõi tiếp / merged logs
	@$(PY) -m deploy logs --follow $(ARGS)

doctor: $(READY) ## Máy và hệ thống có gì không ổn, cần làm gì / what is wrong
	@$(PY) -m deploy doctor $(ARGS)

fetch: $(READY) ## Chỉ tải mọi thứ cần thiết / only download
	@$(PY) -m deploy fetch $(ARGS)

check: $(READY) ## Trình bày, lỗi, kiểu, luật nhập, kiểm thử nhanh / format, lint, types, import rules, quick tests
	$(PY) -m ruff format --check $(CODE)
	$(PY) -m ruff check $(CODE)
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m djlint --quiet --lint services shared
	$(PYTEST) tests/unit tests/contracts tests/architecture $(ARGS)

test: $(READY) ## Toàn bộ kiểm thử, với Kafka và MongoDB riêng / the whole suite on its own Kafka and MongoDB
	@$(PY) -m deploy fetch --tests
	@failed=0; \
	$(PYTEST) tests/unit tests/contracts tests/architecture tests/integration -n 3 --dist loadfile $(ARGS) || failed=1; \
	$(PYTEST) tests/route tests/browser tests/chaos $(ARGS) || failed=1; \
	exit $$failed

route: $(READY) ## Chỉ chặng đường của một bài dự thi / only the route of one entry
	@$(PY) -m deploy fetch --tests
	$(PYTEST) tests/route $(ARGS)

bench: $(READY) ## Đo, theo cặp trong một lần chạy / paired measurements
	@$(PY) -m deploy fetch
	$(PY) -m tests.bench $(ARGS)

docs: $(READY) ## Sinh lại docs/events.md, JSON Schema, AsyncAPI / regenerate the event documents
	$(PY) -m shared.catalogue $(ARGS)

lock: $(READY) ## Tính lại requirements.lock từ requirements*.in / resolve the dependencies anew
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url -q -o requirements.lock requirements-dev.in

clean: ## Xoá môi trường và những gì sinh ra; dữ liệu trong .data được giữ / remove what was built, keep the data
	rm -rf $(VENV) node_modules .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results shared/ui/static/dist
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock deploy/local/bootstrap.txt
	@found=$$($(FIND_PYTHON)); \
	if [ -z "$$found" ]; then \
		echo "Cần Python 3.11 trở lên có venv (Debian/Ubuntu: python3 và python3-venv). / Python >= 3.11 with venv is needed; PYTHON=/path/to/python names one." >&2; exit 1; \
	fi; \
	if [ ! -x $(PY) ]; then echo "… tạo $(VENV) bằng $$found"; "$$found" -m venv $(VENV); fi
	@echo "… cài các thư viện đã ghim (requirements.lock)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r deploy/local/bootstrap.txt
	@$(VENV)/bin/uv pip install --require-hashes --python $(PY) -r requirements.lock
	@touch $(READY)
