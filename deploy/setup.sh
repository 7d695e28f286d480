#!/bin/sh
# Builds .venv, or brings it up to date, with nothing but Python 3.11 or newer and a network:
#   deploy/setup.sh runtime   what the demo and the processes need
#   deploy/setup.sh dev       what tests and checks need, on top
#   deploy/setup.sh bench     the solvers that the matcher is measured against, on top
# Every package is checked against the hashes in deploy/lock. PYTHON=... chooses the interpreter.
set -eu
cd "$(dirname "$0")/.."
what=$1
lock=deploy/lock

fail() {
    echo "$1" >&2
    exit 1
}

# A name can exist and still not run (a version manager's placeholder), so each candidate is asked.
recent_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if recent_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    tried=${PYTHON:-python3.13, python3.12, python3.11, python3, python}
    fail "Linli needs Python 3.11 or newer, which was not found as $tried. Install one, or name it: make PYTHON=/path/to/python3 ..."
}

make_venv() {
    if [ -x .venv/bin/python ] && recent_enough .venv/bin/python; then
        return
    fi
    python=$(find_python)
    echo "Building .venv with $("$python" --version) ..."
    rm -rf .venv
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        fail "This Python cannot build virtual environments. On Debian and Ubuntu: apt-get install python3-venv; or name another: make PYTHON=/path/to/python3 ..."
    fi
}

# pip brings uv, which installs the rest five times as fast. uv does not read pip's configuration, so the index
# that a user has configured there is handed on; where uv cannot work all the same, pip does it all.
hand_on_index() {
    UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-${PIP_INDEX_URL:-$(.venv/bin/pip config get global.index-url 2>/dev/null || true)}}
    if [ -n "$UV_DEFAULT_INDEX" ]; then
        export UV_DEFAULT_INDEX
    else
        unset UV_DEFAULT_INDEX
    fi
}

# Without build isolation: the few packages that come as source need setuptools alone, which the lock has put there;
# isolated, each would fetch another one that nobody has locked.
install() {
    .venv/bin/uv pip install -q --no-config --system-certs --no-deps --no-build-isolation --python .venv/bin/python "$@" &&
        return
    echo "uv could not; trying again with pip, which takes a minute ..." >&2
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --use-pep517 "$@"
}

# Python keeps what it has translated from source, unless it may not (PYTHONDONTWRITEBYTECODE, a read-only image): then
# every process that decides would translate numba anew at each start, which takes longer than all the rest of it.
translate() {
    .venv/bin/python -m compileall -q -j 0 -x '/tests?/' .venv/lib schemas matcher streams services
}

make_venv
case $what in
runtime)
    echo "Installing what Linli needs (about 130 MB to fetch, once) ..."
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $lock/setup.txt
    hand_on_index
    install --require-hashes -r $lock/runtime.txt
    install -e .
    translate
    echo "Compiling the matcher's search (half a minute, once) ..."
    .venv/bin/python -m linli.matcher.search.compile
    ;;
dev)
    echo "Installing what tests and checks need (about 100 MB to fetch, once) ..."
    hand_on_index
    install --require-hashes -r $lock/dev.txt
    ;;
bench)
    echo "Installing the peers of the benchmarks ..."
    hand_on_index
    install --require-hashes -r $lock/bench.txt
    ;;
*)
    fail "deploy/setup.sh knows runtime, dev and bench."
    ;;
esac
