#!/bin/sh
# Sees that the page tests have Chromium, a Chinese font and a driver that starts; says nothing if
# they do.
#
# Under root on Debian it installs what is missing. Elsewhere it says that the page tests will be
# skipped, and why. On CI (CI=true) what could be installed and was not is a failure.
set -eu
cd "$(dirname "$0")/../.."

tell() {
    printf '%s\n%s\n' "$1" "$2" >&2
}

has_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        if command -v "$name" >/dev/null 2>&1; then
            return 0
        fi
    done
    [ -e "/Applications/Google Chrome.app" ]
}

has_chinese_font() {
    [ "$(uname)" = Darwin ] || fc-list :lang=zh 2>/dev/null | grep -q .
}

# Playwright brings a program that a bare Debian lacks a library for.
has_driver() {
    for driver in .venv/lib/python3*/site-packages/playwright/driver/node; do
        [ ! -x "$driver" ] || "$driver" --version >/dev/null 2>&1 || return 1
    done
}

missing() {
    has_chromium || printf ' chromium'
    has_chinese_font || printf ' fonts-noto-cjk'
    has_driver || printf ' libatomic1'
}

packages=$(missing)
if [ -z "$packages" ]; then
    exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    tell "页面测试将被跳过，缺少：${packages# }。Debian、Ubuntu 上执行：sudo apt-get install$packages" \
        "The page tests will be skipped, for want of:$packages. On Debian and Ubuntu run: sudo apt-get install$packages"
    exit 0
fi

tell "正在为页面测试以 apt-get 安装：${packages# }……" "Installing for the page tests with apt-get:$packages ..."
apt-get update -qq >/dev/null || true
# The names are meant to be split.
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fontconfig $packages \
    >/dev/null </dev/null || true

packages=$(missing)
if [ -n "$packages" ]; then
    tell "未能安装：${packages# }；页面测试将被跳过。" "Could not install:$packages; the page tests will be skipped."
    [ "${CI:-}" != true ] || exit 1
fi
