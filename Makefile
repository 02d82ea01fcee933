# Builds, tests and installs obstrace. The targets:
#   all (the default)   a release build           run      trace:  make run ARGS="EVENT -f 'TEMPLATE'"
#   setup               what a build needs        test     all tests, on this machine's kernel
#   install, uninstall  below PREFIX              lint     sources, man page, completions, scripts
#   format              lay the sources out       docs     write man page and completions anew
#   bench               obstrace beside the other tracers: make bench ROUNDS=5 BENCH='--section start'
#   instructions        how many instructions an event takes, and whether that has become more
#   clean               remove what was built
#   fuzz                feed made-up input to what reads foreign bytes: make fuzz TIME=60 (seconds for each
#                       target) or RUNS=20000 (inputs for each), FUZZ='ring print' for these only
#   soak                trace two busy programs for long, and compare with the kernel's counters: make soak TIME=600
#   sanitize            all tests under the thread and the address sanitizer: make sanitize SANITIZERS=thread, and
#                       SUITES='TemplateTests|Faults' for those that match only

PREFIX = /usr/local
bindir = $(PREFIX)/bin
mandir = $(PREFIX)/share/man
bashcompletiondir = $(PREFIX)/share/bash-completion/completions
zshcompletiondir = $(PREFIX)/share/zsh/site-functions
fishcompletiondir = $(PREFIX)/share/fish/vendor_completions.d

installed = $(bindir)/obstrace $(mandir)/man1/obstrace.1 $(bashcompletiondir)/obstrace \
	$(zshcompletiondir)/_obstrace $(fishcompletiondir)/obstrace.fish

SWIFT = swift
INSTALL = install
release = .build/release/obstrace
# With libstdc++ and libgcc inside, the binary starts quicker and needs no more than libc, libelf, libdw, libzstd,
# libtraceevent and libtracefs. It looks for those where the system has them, and not beside itself, where others might
# put theirs. The Swift runtime asks for -lstdc++ in a place where no option can
# make it static, so a folder that has only the static one comes first on the linker's path.
build = mkdir -p .build/static && ln -sf "$$(cc -print-file-name=libstdc++.a)" .build/static && \
	$(SWIFT) build -c release --product $(or $(1),obstrace) --static-swift-stdlib --disable-local-rpath \
	    -Xlinker -s -Xlinker -L.build/static -Xswiftc -Xclang-linker -Xswiftc -static-libgcc
test_bundle = .build/debug/obstracePackageTests.xctest --testing-library swift-testing
sources = Sources Tests Package.swift
fuzzer = .build/fuzz/release/Fuzz
TIME = 60
FUZZ = $(notdir $(wildcard Tests/Fuzz/Seeds/*))

# In front of a command that needs root: nothing when we are root already.
as_root := $(if $(filter-out 0,$(shell id -u)),sudo)

# Installs the Debian packages $(1), each written COMMAND:PACKAGE or LIBRARY.pc:PACKAGE, whose command or
# library is missing. Says on stderr what it installs, and nothing when nothing is missing.
define require
	@missing=; for need in $(1); do \
	    case $${need%:*} in \
	        *.pc) pkg-config --exists "$${need%.pc:*}" 2>/dev/null ;; \
	        *) PATH="$$PATH:/usr/sbin:/sbin" command -v "$${need%:*}" >/dev/null ;; \
	    esac || missing="$$missing $${need#*:}"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null; then \
	    echo "obstrace: this is no Debian: install what Debian calls$$missing" >&2; exit 1; \
	fi; \
	echo "obstrace: installing$$missing" >&2; \
	{ $(as_root) apt-get update -qq && $(as_root) env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null
endef

all: setup
	@$(build)

setup:
	@command -v $(SWIFT) >/dev/null || { \
	    echo 'obstrace: no Swift toolchain: install Swift 6.2 or later, see https://www.swift.org/install/linux' >&2; \
	    exit 1; }
	$(call require,cc:gcc c++:g++ pkg-config:pkg-config libtraceevent.pc:libtraceevent-dev \
	    libtracefs.pc:libtracefs-dev libelf.pc:libelf-dev libdw.pc:libdw-dev libzstd.pc:libzstd-dev)

# Only obstrace itself writes on stdout.
run: setup
	@{ $(build) --quiet; } >&2
	@exec $(as_root) $(release) $(value ARGS)

# The builds are the user's, the tests are root's, as tracing needs it: what `swift test` would write into .build
# as root, the user could not replace. One test at a time, so that none loads the machine that another measures.
test check: setup
	$(call require,perf:linux-perf trace-cmd:trace-cmd strace:strace protoc:protobuf-compiler mandoc:mandoc \
	    zsh:zsh fish:fish)
	@$(build)
	$(SWIFT) build --build-tests
	$(as_root) env "PATH=$$PATH" OBSTRACE_BINARY="$(CURDIR)/$(release)" \
	    $(if $(OBSTRACE_CORPORA),OBSTRACE_CORPORA="$(abspath $(OBSTRACE_CORPORA))") \
	    $(if $(as_root),$(test_bundle),$(SWIFT) test --skip-build --disable-xctest) --no-parallel

ROUNDS = 5
bench: all
	$(call require,python3:python3)
	$(as_root) python3 -B Tests/Benchmarks/bench.py --binary $(release) --rounds $(ROUNDS) $(BENCH)

# Counts instructions and allocations in place of time: they are the same on a machine that is busy.
instructions: setup
	$(call require,valgrind:valgrind python3:python3)
	@$(call build,hot-path)
	python3 -B Tests/Benchmarks/instructions.py .build/release/hot-path

# The seeds stay as they are: inputs that lead to new code are kept in .build/fuzz. To see a failure again:
#   SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0 FUZZ=TARGET .build/fuzz/release/Fuzz FILE
fuzz: setup
	OBSTRACE_FUZZ=1 $(SWIFT) build -c release --product Fuzz --scratch-path .build/fuzz \
	    --sanitize fuzzer --sanitize address -Xswiftc -sanitize=fuzzer -Xswiftc -enable-testing
	@for target in $(FUZZ); do \
	    found=.build/fuzz/found/$$target; log=$$found.log; mkdir -p $$found; \
	    FUZZ=$$target SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=64 \
	        $(fuzzer) $(if $(RUNS),-runs=$(RUNS) -seed=1,-max_total_time=$(TIME)) -timeout=10 -max_len=1024 \
	        -len_control=10 -artifact_prefix=$$found- $$found Tests/Fuzz/Seeds/$$target >$$log 2>&1 || \
	        { tail -n 100 $$log >&2; exit 1; }; \
	    echo "$$target: $$(grep -o '[0-9]*.DONE.*' $$log)"; \
	done

soak: all
	$(call require,perf:linux-perf python3:python3)
	$(as_root) python3 -B Tests/Soak/soak.py --binary $(release) --time $(TIME)

# The whole program is built with each sanitizer, as the tests of it run the binary. Left out are tests that count
# allocations, of which a sanitizer makes its own, the one that needs the debug build, and the one of full pace, which
# a sanitizer does not keep. A finding ends a program with status 66, which no test expects.
SANITIZERS = thread address
sanitize: setup
	$(call require,perf:linux-perf trace-cmd:trace-cmd protoc:protobuf-compiler)
	@for kind in $(SANITIZERS); do \
	    folder=.build/$$kind; \
	    $(SWIFT) build -c release --sanitize $$kind --build-tests --scratch-path $$folder --disable-local-rpath \
	        -Xswiftc -enable-testing || exit; \
	    $(as_root) env "PATH=$$PATH" OBSTRACE_BINARY="$(CURDIR)/$$folder/release/obstrace" \
	        $(if $(OBSTRACE_CORPORA),OBSTRACE_CORPORA="$(abspath $(OBSTRACE_CORPORA))") \
	        TSAN_OPTIONS=exitcode=66 ASAN_OPTIONS=detect_leaks=0:exitcode=66 \
	        $$folder/release/obstracePackageTests.xctest --testing-library swift-testing --no-parallel \
	        $(if $(SUITES),--filter '$(SUITES)') --skip 'Allocation|Library/readme|Promises/noLoss' || exit; \
	done

lint:
	$(call require,mandoc:mandoc zsh:zsh fish:fish)
	$(SWIFT) format lint --strict -r $(sources)
	mandoc -T lint -W warning man/obstrace.1
	bash -n completions/obstrace.bash
	zsh -n completions/_obstrace
	fish -n completions/obstrace.fish
	bash -n .ci/run

# Never builds: what root would build in .build, the user could not replace.
install:
	@test -x $(release) || { echo "obstrace: nothing is built yet: run 'make' first" >&2; exit 1; }
	$(INSTALL) -D -m 755 $(release) "$(DESTDIR)$(bindir)/obstrace"
	$(INSTALL) -D -m 644 man/obstrace.1 "$(DESTDIR)$(mandir)/man1/obstrace.1"
	$(INSTALL) -D -m 644 completions/obstrace.bash "$(DESTDIR)$(bashcompletiondir)/obstrace"
	$(INSTALL) -D -m 644 completions/_obstrace "$(DESTDIR)$(zshcompletiondir)/_obstrace"
	$(INSTALL) -D -m 644 completions/obstrace.fish "$(DESTDIR)$(fishcompletiondir)/obstrace.fish"

uninstall:
	rm -f $(foreach file,$(installed),"$(DESTDIR)$(file)")

format:
	$(SWIFT) format -i -r $(sources)

# The man page and the completions come from the table of flags.
docs: all
	$(release) --generate man > man/obstrace.1
	$(release) --generate bash > completions/obstrace.bash
	$(release) --generate zsh > completions/_obstrace
	$(release) --generate fish > completions/obstrace.fish

clean:
	rm -rf .build

.PHONY: all setup run test check bench instructions fuzz soak sanitize lint install uninstall format docs clean
