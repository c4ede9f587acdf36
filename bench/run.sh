#!/bin/bash
# Compares rostrad with nginx, bare SQLite and the same API on Django; README.md says what is measured and how.
#
#   bench/run.sh [full [ROW...]]   all of it, or the rows whose names begin so
#   bench/run.sh quick [ROW...]    without Django and the million, fewer and shorter runs
#   bench/run.sh table             the table of what was measured last
#
# BENCH_WORK (build-bench/work) holds data and results.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build-bench
work=${BENCH_WORK:-$build/work}
export PYTHONDONTWRITEBYTECODE=1
mode=${1:-full}
[ $# = 0 ] || shift

prepare() {
    tools/install-packages run build bench
    [ -f $build/build.ninja ] || /usr/bin/meson setup $build -Dbuildtype=release -Dtests=disabled
    ninja -C $build rostrad bench/sqlite_commits
}

case $mode in
    full) prepare; /usr/bin/python3 bench/bench.py $build "$work" "$@" ;;
    quick) prepare; /usr/bin/python3 bench/bench.py --quick $build "$work" "$@" ;;
    table) /usr/bin/python3 bench/bench.py --table "$work" ;;
    *) sed -n 2,8p "$0" >&2; exit 2 ;;
esac
