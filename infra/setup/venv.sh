#!/bin/sh
# Makes .venv as the locks say; does nothing if it is so already.
#
#   venv.sh run    what the program needs
#   venv.sh dev    that, and what the tests and checks need
#
# PYTHON names the Python to build on; otherwise it is the first of the usual names that is new
# enough, or one of the same version that is clearly quicker.
set -eu
cd "$(dirname "$0")/../.."

level=$1
stamps=.venv/mingzhang
names="python3 python3.14 python3.13 python3.12 python3.11 python"

unset PYTHONHOME PYTHONPATH
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0

tell() {
    printf '%s\n%s\n' "$1" "$2" >&2
}

fail() {
    tell "$@"
    exit 1
}

lock_of() {
    case $1 in
        run) echo requirements.lock ;;
        dev) echo requirements-dev.lock ;;
        *) fail "未知的安装级别：$1" "no such level: $1" ;;
    esac
}

# The place is part of it: the programs in a virtual environment hold its path.
fingerprint() {
    { pwd && .venv/bin/python -VV && cat pyproject.toml "$(lock_of "$1")"; } 2>&1 | cksum
}

is_done() {
    [ -f "$stamps.$1" ] && [ "$(cat "$stamps.$1")" = "$(fingerprint "$1")" ]
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if is_new_enough "$PYTHON"; then echo "$PYTHON"; fi
        return
    fi
    for name in $names; do
        if is_new_enough "$name"; then
            echo "$name"
            return
        fi
    done
}

can_make_venv() {
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1
}

# Debian splits venv off from Python: under root we fetch both, and say so. Whoever names a Python
# of his own wants that one.
fetch_python() {
    if [ -n "${PYTHON:-}" ] || [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        return
    fi
    tell "缺少 Python 3.11 或它的 venv，正在以 apt-get 安装 python3-venv……" \
        "Python 3.11 or its venv is missing; installing python3-venv with apt-get ..."
    apt-get update -qq >/dev/null || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv \
        >/dev/null </dev/null || true
}

make_venv() {
    python=$(find_python)
    if [ -z "$python" ] || ! can_make_venv "$python"; then
        fetch_python
        python=$(find_python)
    fi
    if [ -z "$python" ]; then
        fail "需要 Python 3.11 或更新的版本；可用 make PYTHON=路径 指定。" \
            "Python 3.11 or newer is needed; make PYTHON=path names one. On Debian and Ubuntu: sudo apt-get install python3 python3-venv"
    fi
    if ! can_make_venv "$python"; then
        fail "$python 缺少 venv 或 ensurepip。Debian、Ubuntu 上执行：sudo apt-get install python3-venv，然后再试。" \
            "$python lacks venv or ensurepip. On Debian and Ubuntu run: sudo apt-get install python3-venv, then try again."
    fi
    # Whoever names a Python wants that one.
    [ -n "${PYTHON:-}" ] || python=$("$python" infra/setup/quickest.py || echo "$python")
    "$python" -m venv --clear .venv
}

# A stamp of another place means that the tree was moved or copied with its .venv.
is_usable() {
    .venv/bin/python -m pip --version >/dev/null 2>&1 || return 1
    [ ! -f "$stamps.place" ] || [ "$(cat "$stamps.place")" = "$(pwd)" ]
}

install() {
    lock=$(lock_of "$1")
    tell "正在按 $lock 安装（首次约需一分钟）……" "Installing what $lock says (a minute the first time) ..."
    rm -f "$stamps.run" "$stamps.dev"
    is_usable || make_venv
    pwd >"$stamps.place"
    .venv/bin/python -m pip install --quiet --require-hashes --only-binary :all: -r "$lock" ||
        fail "安装失败：请检查网络或 pip 的软件源设置，然后再试。" \
            "The installation failed: check the network or pip's index settings, then try again."
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
    fingerprint run >"$stamps.run"
    if [ "$1" = dev ]; then
        fingerprint dev >"$stamps.dev"
    fi
}

if is_done "$level"; then
    exit 0
fi
# Two who install at once take turns; the second finds the work done.
if command -v flock >/dev/null 2>&1; then
    exec 9<pyproject.toml
    flock 9 || true
    if is_done "$level"; then
        exit 0
    fi
fi
install "$level"
