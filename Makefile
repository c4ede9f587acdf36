# A short front for Meson. `make run` and `make test` are all that a newcomer needs.

# By path: another meson or python3 earlier in PATH, or a virtual environment, may lack what Debian's have.
MESON = /usr/bin/meson
NINJA = /usr/bin/ninja
PYTHON = /usr/bin/python3
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV PYTEST_ADDOPTS PYTEST_PLUGINS
export PYTHONNOUSERSITE = 1
export NINJA

DATA = var
ARGS =
PREFIX = /usr/local
FUZZ_SECONDS = 3600

# Sanitizers: gcc warns wrongly with them, clang needs undefined symbols to be allowed.
SANITIZED = -Dwerror=false -Db_lundef=false -Dtests=enabled

.PHONY: build run test wire-table test-long test-peer lint format fuzz bench fresh install clean help

build: build/build.ninja
	$(NINJA) -C build

run: build
	build/rostrad --data $(DATA) $(ARGS) serve

# Everything under AddressSanitizer and UndefinedBehaviorSanitizer; ends with "N passed, N failed".
test:
	tools/install-packages run build test
	rm -f build-test/summary
	test -f build-test/build.ninja || $(MESON) setup build-test $(SANITIZED) -Db_sanitize=address,undefined
	$(NINJA) -C build-test
	$(PYTHON) tests/run.py build-test

# Which test proves which rule of the API: writes docs/wire-coverage.md.
wire-table:
	tools/install-packages run build test
	test -f build-test/build.ninja || $(MESON) setup build-test $(SANITIZED) -Db_sanitize=address,undefined
	$(NINJA) -C build-test
	$(PYTHON) tests/run.py build-test --only api --wire-table

# Hours: threads, the other compiler, long cases, fuzzing, a bare system.
test-long: test
	tools/install-packages clang fresh
	test -f build-tsan/build.ninja || $(MESON) setup build-tsan $(SANITIZED) -Db_sanitize=thread
	$(NINJA) -C build-tsan
	$(PYTHON) tests/run.py build-tsan
	test -f build-clang/build.ninja || CC=clang $(MESON) setup build-clang -Dtests=enabled
	$(NINJA) -C build-clang
	$(PYTHON) tests/run.py build-clang --only meson
	$(PYTHON) tests/run.py build-test --long
	build-test/tests/faults/test_store_kill 1000 "$$(date +%s)"
	$(MAKE) fuzz
	$(MAKE) fresh

# The same requests to rostrad and to django-tastypie, which pip puts into build/peer.
test-peer: build
	tools/install-packages test peer
	test -f build/peer/ready || { $(PYTHON) -m venv --system-site-packages build/peer && build/peer/bin/pip install \
		--quiet --disable-pip-version-check --no-deps -r tests/peer/requirements.txt && touch build/peer/ready; }
	ROSTRA_BUILD=$(CURDIR)/build $(PYTHON) -m pytest -q -c tests/pytest.ini tests/peer

# gcc's warnings, which are errors, then clang's and all else.
lint: build
	tools/install-packages build test lint
	test -f build-lint/build.ninja || CC=clang $(MESON) setup build-lint -Dtests=enabled
	$(NINJA) -C build-lint src/model/model_ids.h
	$(PYTHON) tools/lint.py build-lint

format:
	tools/install-packages lint
	git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

# FUZZ_SECONDS of processor time over all targets; what is found is in build-fuzz/found.
fuzz:
	tools/install-packages build test clang
	test -f build-fuzz/build.ninja || \
		CC=clang $(MESON) setup build-fuzz $(SANITIZED) -Db_sanitize=address,undefined -Dfuzz=true
	$(NINJA) -C build-fuzz fuzz
	$(PYTHON) tests/fuzz/run.py build-fuzz --seconds $(FUZZ_SECONDS)

# Beside nginx, bare SQLite and Django: a quarter of an hour; bench/run.sh quick takes four minutes.
bench:
	bench/run.sh

# make run and make test in a Debian that has nothing but git and make; needs root.
fresh:
	tools/install-packages fresh
	tests/fresh/run.sh
	tests/fresh/run.sh --user run

# DESTDIR is obeyed.
install: build
	$(MESON) configure build -Dprefix=$(PREFIX)
	$(MESON) install -C build

clean:
	rm -rf build build-test build-tsan build-clang build-lint build-fuzz

help:
	@echo 'make run        install what is missing, build, serve https://127.0.0.1:8443 from ./$(DATA)'
	@echo 'make build      leaves build/rostrad'
	@echo 'make test       the test suite; make test-long: hours more of it'
	@echo 'make test-peer  the same requests to rostrad and to django-tastypie, and their answers compared'
	@echo 'make wire-table  which test proves which rule of the API, as docs/wire-coverage.md'
	@echo 'make lint       format, clang-tidy, house rules; make format: puts the format right'
	@echo 'make fuzz bench fresh install clean'

build/build.ninja: | packages
	$(MESON) setup build -Dtests=disabled

.PHONY: packages
packages:
	tools/install-packages run build
