# All that one does with a checkout; `make` alone tells what there is.
#
# PYTHON=path     the Python to build .venv on            WORKERS=n   processes of `make test`
# ARGS='...'      further options for run and test        BENCHES='append http'
# KAFKA=1     lets `make run` publish to a broker and keep a copy
# UPGRADE=--upgrade   lets `make lock` move every version

BIN := .venv/bin
# More than there are cores: most tests wait for a disk, a broker or another process.
WORKERS ?= 4
BENCHES ?= append http rebuild asof
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock' --group build pyproject.toml
COLUMNS_OF_HELP := %-8s %s\n

export PYTHON
# A run starts hundreds of processes: each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup tools browser run test check format bench lock clean

help: ## 列出可用的目标 · list what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | \
		while IFS='|' read -r target tells; do printf '$(COLUMNS_OF_HELP)' "$$target" "$$tells"; done

setup: ## 只安装运行所需 · install what the program needs, nothing else
	@sh infra/setup/venv.sh run

tools: ## 再装测试与检查工具 · install also what tests and checks need
	@sh infra/setup/venv.sh dev

browser: ## 准备页面测试用的浏览器 · see that page tests have a browser
	@sh infra/setup/browser.sh

run: $(if $(KAFKA),tools,setup) ## 安装并运行 · install, then run with a year of a county in it
	@$(BIN)/$(if $(KAFKA),python infra/kafka/demo.py,mingzhang run) $(ARGS)

test: tools browser ## 全部测试 · every test, on a PostgreSQL of their own
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: tools ## 检查格式、类型与分层 · form, types and layers
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: tools ## 整理格式 · bring the code into form
	@$(BIN)/ruff check --fix --quiet
	@$(BIN)/ruff format

bench: setup ## 性能测量 · measure against anchors on the same server
	@for name in $(BENCHES); do $(BIN)/mingzhang bench $$name || exit; done

lock: setup ## 重新锁定依赖 · write the locks anew
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv $(COMPILE) $(UPGRADE) --output-file requirements.lock
	@$(BIN)/uv $(COMPILE) $(UPGRADE) --extra dev --constraint requirements.lock \
		--output-file requirements-dev.lock

clean: ## 删除工具生成之物，不动数据 · remove what tools made, never data
	@rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
