# vcnflow and vcnmeta. "make help" lists the targets.
#
# Variables: PREFIX DESTDIR BINDIR MANDIR DATADIR DOCDIR UNITDIR SYSUSERSDIR
#   BASHDIR ZSHDIR FISHDIR CC CXX CFLAGS CXXFLAGS LDFLAGS CPPFLAGS
#   ISAL=0|1   inflate with ISA-L (default: 1 where pkg-config finds libisal)
#   SANDBOX=0|1   keep all rights while running (default: 1 unless SAN is set)
#   SAN=asan|ubsan|tsan|cov|fuzz   an instrumented build, in a directory of
#     its own; fuzz takes clang

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/vcnflow
DOCDIR  ?= $(PREFIX)/share/doc/vcnflow
UNITDIR ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
INSTALL ?= install
PKG_CONFIG ?= pkg-config
AR      ?= ar

CFLAGS   ?= -O2 -g
CXXFLAGS ?= -O2 -g
SAN  ?=
ifndef ISAL
ISAL := $(shell $(PKG_CONFIG) --exists libisal 2>/dev/null && echo 1 || echo 0)
endif

# Giving up rights gets in the way of what instrumented builds do at their end.
SANDBOX ?= $(if $(SAN),0,1)

BUILD := build/$(if $(SAN),$(SAN),$(if $(filter 0,$(SANDBOX)),open,release))$(if $(filter 0,$(ISAL)),-zlib)

# ---- flags ----------------------------------------------------------------

WARN  = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla
CWARN = -Wstrict-prototypes -Wmissing-prototypes -Werror=implicit
HARDEN = -fPIE -fstack-protector-strong
FORTIFY = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LINK_HARDEN = -pie -Wl,-z,relro -Wl,-z,now

ifeq ($(SAN),asan)
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -O1
FORTIFY =
else ifeq ($(SAN),ubsan)
SANFLAGS = -fsanitize=undefined -fno-sanitize-recover=undefined -O1
FORTIFY =
else ifeq ($(SAN),tsan)
SANFLAGS = -fsanitize=thread -O1
FORTIFY =
else ifeq ($(SAN),cov)
SANFLAGS = --coverage -fprofile-update=atomic -O0
COVERAGE_SRC = tests/coverage/dump.c
COVERAGE_WRAP = -Wl,--wrap=kill,--wrap=raise,--wrap=_exit
FORTIFY =
else ifeq ($(SAN),fuzz)
CC  = clang
CXX = clang++
SANFLAGS = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer -O1
FUZZ_GUIDED = -fsanitize=fuzzer-no-link
FORTIFY =
else ifneq ($(SAN),)
$(error SAN is asan, ubsan, tsan, cov or fuzz)
endif

ALL_CPPFLAGS = -Isrc -D_GNU_SOURCE $(FORTIFY) \
	$(if $(filter 0,$(SANDBOX)),-DRIGHTS_KEPT) $(CPPFLAGS)
ALL_CFLAGS   = -std=c17 $(WARN) $(CWARN) $(HARDEN) $(CFLAGS) $(SANFLAGS)
ALL_CXXFLAGS = -std=c++17 $(WARN) $(HARDEN) -fno-exceptions -fno-rtti \
	$(CXXFLAGS) $(SANFLAGS) -DNDEBUG -DSIMDJSON_DEVELOPMENT_CHECKS=0
ALL_LDFLAGS  = $(LINK_HARDEN) $(CFLAGS) $(SANFLAGS) $(COVERAGE_WRAP) $(LDFLAGS)

DEFLATE_ALL := $(wildcard src/deflate/*.c)
ifeq ($(ISAL),1)
DEFLATE_SRC := $(filter-out %_zlib.c,$(DEFLATE_ALL))
DEFLATE_LIBS = -lisal -lz
else
DEFLATE_SRC := $(filter-out %_isal.c,$(DEFLATE_ALL))
DEFLATE_LIBS = -lz
endif

COMMON_SRC  := $(wildcard src/base/*.c) $(wildcard src/json/*.c) \
	$(wildcard src/json/*.cc) $(DEFLATE_SRC) $(wildcard src/lookup/*.c) \
	$(wildcard src/rules/*.c)
VCNFLOW_SRC := $(filter-out src/vcnflow/main.c,$(wildcard src/vcnflow/*.c))
VCNMETA_SRC := $(filter-out src/vcnmeta/main.c,$(wildcard src/vcnmeta/*.c))

objects = $(patsubst %,$(BUILD)/%.o,$(1))

COMMON_LIB  := $(BUILD)/libcommon.a
VCNFLOW_LIB := $(BUILD)/libvcnflow.a
VCNMETA_LIB := $(BUILD)/libvcnmeta.a
PROGRAMS    := $(BUILD)/vcnflow $(BUILD)/vcnmeta

COMMON_LIBS = -lsimdjson $(DEFLATE_LIBS)
VCNMETA_LIBS = $(if $(wildcard src/vcnmeta/http.c),-lcurl) \
	$(if $(wildcard src/vcnmeta/crypto.c),-lcrypto)

# ---- programs -------------------------------------------------------------

.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS)

$(BUILD)/vcnflow: $(call objects,src/vcnflow/main.c) $(VCNFLOW_LIB) $(COMMON_LIB)
	$(CXX) $(ALL_LDFLAGS) -pthread -o $@ $^ $(COMMON_LIBS)

$(BUILD)/vcnmeta: $(call objects,src/vcnmeta/main.c) $(VCNMETA_LIB) $(COMMON_LIB)
	$(CXX) $(ALL_LDFLAGS) -o $@ $^ $(VCNMETA_LIBS) $(COMMON_LIBS)

$(COMMON_LIB): $(call objects,$(COMMON_SRC) $(COVERAGE_SRC))
$(VCNFLOW_LIB): $(call objects,$(VCNFLOW_SRC))
$(VCNMETA_LIB): $(call objects,$(VCNMETA_SRC))
$(BUILD)/%.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/%.c.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.cc.o: %.cc $(BUILD)/flags
	@mkdir -p $(@D)
	$(CXX) $(ALL_CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# Objects made with other flags or another compiler are made again.
FLAGS = $(CC) $(CXX) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_CXXFLAGS) \
	$(ALL_LDFLAGS) $(COMMON_LIBS)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' > $@
FORCE:

# ---- unit tests: one program per room, in tests/unit/PART/test_ROOM.c ------

UNIT_SRC := $(wildcard tests/unit/*/test_*.c)
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))

units: $(UNITS)

$(BUILD)/unit/vcnflow/%: $(BUILD)/tests/unit/vcnflow/%.c.o $(VCNFLOW_LIB) $(COMMON_LIB)
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) -pthread -o $@ $^ $(COMMON_LIBS) -lcmocka
$(BUILD)/unit/vcnmeta/%: $(BUILD)/tests/unit/vcnmeta/%.c.o $(VCNMETA_LIB) $(COMMON_LIB)
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) -o $@ $^ $(VCNMETA_LIBS) $(COMMON_LIBS) -lcmocka
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.c.o $(COMMON_LIB)
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) -o $@ $^ $(COMMON_LIBS) -lcmocka

# ---- fuzz targets: tests/fuzz/fuzz_NAME.c ------------------------------------
#
# With SAN=fuzz each is a libFuzzer program; in any other build a program that
# runs the inputs of the files it is given.

FUZZ_ALL     := $(wildcard tests/fuzz/*.c)
FUZZ_SRC     := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC))
FUZZERS      := $(FUZZ_NAMES:%=$(BUILD)/fuzz/%)
FUZZ_LIB     := $(BUILD)/libfuzz.a
FUZZ_MAIN    := $(if $(filter fuzz,$(SAN)),,$(BUILD)/tests/fuzz/replay.c.o)
FUZZ_LDFLAGS  = $(if $(filter fuzz,$(SAN)),-fsanitize=fuzzer) $(FUZZ_WRAP)

fuzzers: $(FUZZERS)

# What is fuzzed guides the fuzzer, what judges it does not.
$(BUILD)/src/%.o: private SANFLAGS += $(FUZZ_GUIDED)

# These read what the target feeds them, or write what it looks at.
CATCH = -Wl,--wrap=io_write_all
$(BUILD)/fuzz/record $(BUILD)/fuzz/long: \
	FUZZ_WRAP = -Wl,--wrap=io_read,--wrap=io_ready
$(BUILD)/fuzz/lookup $(BUILD)/fuzz/text $(BUILD)/fuzz/config: FUZZ_WRAP = $(CATCH)
$(BUILD)/fuzz/api: FUZZ_WRAP = $(CATCH),--wrap=caller_fail \
	-Wl,--wrap=caller_parser,--wrap=caller_tree

$(FUZZ_LIB): $(call objects,$(filter-out $(FUZZ_SRC) %/replay.c,$(FUZZ_ALL)))
$(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/fuzz_%.c.o $(FUZZ_LIB) $(FUZZ_MAIN) \
		$(VCNFLOW_LIB) $(VCNMETA_LIB) $(COMMON_LIB)
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) $(FUZZ_LDFLAGS) -pthread -o $@ $(FUZZ_MAIN) \
		$(filter-out $(FUZZ_MAIN),$^) $(VCNMETA_LIBS) $(COMMON_LIBS) -lz

# ---- tests ------------------------------------------------------------------

# As many jobs as processors, unless the caller said how many.
PROCESSORS := $(shell nproc 2>/dev/null || echo 2)
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(PROCESSORS))
SUBMAKE = $(MAKE) --no-print-directory $(JOBS)
RUN = tests/run

CHECK_SUITES = unit checks cli contrib examples reference fetch \
	fuzz unit-asan cli-asan cli-zlib tsan cli-valgrind
SLOW_SUITES = unit-zlib unit-valgrind cli-valgrind-all reference-slow long

# Packages first, then make anew, so that it sees what was installed.
check:
	contrib/install-deps build test
	@$(SUBMAKE) check-builds
	$(RUN) $(CHECK_SUITES)

check-builds:
	$(SUBMAKE) all units
	$(SUBMAKE) SAN=asan all units fuzzers
	$(SUBMAKE) SAN=tsan all
	$(SUBMAKE) ISAL=0 all
	$(SUBMAKE) SANDBOX=0 all units

check-slow:
	contrib/install-deps build test
	@$(SUBMAKE) all units
	@$(SUBMAKE) ISAL=0 all units
	@$(SUBMAKE) SANDBOX=0 all units
	$(RUN) $(SLOW_SUITES)

check-peer:
	contrib/install-deps build test peer
	@$(SUBMAKE) all
	$(RUN) peer

# Packages, clusters: what needs servers of its own.
check-contrib:
	contrib/install-deps build test package contrib
	@$(SUBMAKE) all
	$(RUN) contrib-slow

check-all:
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory check-slow
	@$(MAKE) --no-print-directory check-contrib
	@$(MAKE) --no-print-directory check-peer

coverage:
	contrib/install-deps build test coverage
	@$(SUBMAKE) SAN=cov all units fuzzers
	find build/cov build/cov-zlib -name '*.gcda' -delete 2>/dev/null || :
	-$(RUN) unit-cov cli-cov reference-cov fetch-cov fuzz-cov
	gcovr --root . --filter src/ --exclude-directories '.*/tests$$' \
		--gcov-ignore-parse-errors --print-summary --sort-uncovered \
		--fail-under-line 95 --fail-under-branch 85 \
		--exclude-unreachable-branches --exclude-throw-branches \
		$(wildcard build/cov build/cov-zlib)

# The cases that hold each fault of tests/faults.tsv, and what they measured.
faults:
	contrib/install-deps build test
	@$(SUBMAKE) all units
	@$(SUBMAKE) ISAL=0 all units
	@$(SUBMAKE) SAN=asan all
	$(RUN) faults

# SIZE, with K, M or G behind it, is how much of generated logs.
check-long:
	contrib/install-deps build test
	@$(SUBMAKE) all
	SIZE=$(or $(SIZE),10G) $(RUN) long

bench:
	contrib/install-deps build test
	contrib/install-deps bench peer || :
	@$(SUBMAKE) all
	@$(SUBMAKE) ISAL=0 all
	tests/bench/get-duckdb || :
	BUILD=$(BUILD) tests/bench/run $(if $(QUICK),--quick)
	BUILD=$(BUILD) tests/bench/fetch $(if $(QUICK),--quick)

bench-instructions:
	contrib/install-deps build test bench
	@$(SUBMAKE) SANDBOX=0 all
	BUILD=$(subst release,open,$(BUILD)) tests/bench/instructions $(if $(UPDATE),--update)

# For T seconds each: make fuzz T=600 TARGET='record gunzip'
T ?= 60
TARGET ?=
FUZZ_BUILD = build/fuzz$(if $(filter 0,$(ISAL)),-zlib)
fuzz:
	CXX=clang++ contrib/install-deps build fuzz
	@$(SUBMAKE) SAN=fuzz fuzzers
	tests/fuzz/run --seconds $(T) $(FUZZ_BUILD)/fuzz $(TARGET)

fuzz-corpus:
	CXX=clang++ contrib/install-deps build fuzz
	@$(SUBMAKE) SAN=fuzz fuzzers
	tests/fuzz/run --minimise $(FUZZ_BUILD)/fuzz $(TARGET)

C_FILES = $(sort $(wildcard src/*/*.[ch] src/*/*.cc tests/unit/*/*.[ch] \
	tests/fuzz/*.[ch] tests/coverage/*.c))
CLANG_FORMAT = $(shell command -v clang-format-14 || echo clang-format)
CLANG_TIDY = $(shell command -v clang-tidy-14 || echo clang-tidy)

# Every object, of both inflate libraries where both are there.
OBJECT_SRC = $(sort $(COMMON_SRC) $(wildcard src/vcnflow/*.c src/vcnmeta/*.c) \
	$(if $(filter 1,$(ISAL)),$(DEFLATE_ALL)) $(UNIT_SRC) $(FUZZ_ALL))
objects: $(call objects,$(OBJECT_SRC))

format-check:
	$(CLANG_FORMAT) --dry-run -Werror $(C_FILES)

tidy:
	$(CLANG_TIDY) --quiet --warnings-as-errors='*' \
	--checks='-*,bugprone-*,clang-analyzer-*,-bugprone-easily-swappable-parameters,-bugprone-narrowing-conversions,-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling' \
		$(filter %.c,$(C_FILES)) -- -std=c17 $(ALL_CPPFLAGS)

# ---- the rest ---------------------------------------------------------------

demo:
	@contrib/install-deps build
	@$(SUBMAKE) -s all
	@tests/demo/run $(BUILD)

# contrib/place knows what is installed, and where.
PLACE = BINDIR='$(BINDIR)' MANDIR='$(MANDIR)' DATADIR='$(DATADIR)' \
	DOCDIR='$(DOCDIR)' UNITDIR='$(UNITDIR)' SYSUSERSDIR='$(SYSUSERSDIR)' \
	BASHDIR='$(BASHDIR)' ZSHDIR='$(ZSHDIR)' FISHDIR='$(FISHDIR)' \
	DESTDIR='$(DESTDIR)' INSTALL='$(INSTALL)' contrib/place

install: all
	$(PLACE) install $(BUILD)

uninstall:
	$(PLACE) uninstall $(BUILD)

deb:
	contrib/install-deps build package
	contrib/debian/build build/deb

clean:
	rm -rf build

help:
	@echo 'all           build vcnflow and vcnmeta into build/ (the default)'
	@echo 'demo          build, then enrich a few real flow-log records'
	@echo 'check         all quick tests: install what they need, build, run'
	@echo 'check-slow    slower tests: all cases under valgrind, more records'
	@echo 'check-peer    compare with the OCI SDK for Node (needs the network)'
	@echo 'check-contrib the Debian package, and runs over ssh and Slurm'
	@echo 'check-all     all of these'
	@echo 'units         build the unit tests'
	@echo 'faults        the cases of each fault that must be stood, and figures'
	@echo 'check-long    hours of input, some of it damaged (SIZE=10G)'
	@echo 'coverage      which lines of src/ the tests reach'
	@echo 'fuzz          fuzz each target for T seconds (T=60 TARGET=NAMES)'
	@echo 'fuzzers       build the fuzz targets'
	@echo 'fuzz-corpus   write the corpora anew from what fuzzing found'
	@echo 'bench         speed and memory against targets (QUICK=1: less input)'
	@echo 'bench-instructions  count those of each stage (UPDATE=1: write down)'
	@echo 'install       into $$(DESTDIR)$$(PREFIX), by default /usr/local'
	@echo 'deb           a Debian package, in build/deb'
	@echo 'uninstall     take away what install put there'
	@echo 'format-check  is the code formatted as .clang-format says?'
	@echo 'tidy          static analysis with clang-tidy'
	@echo 'clean         remove build/'
	@echo 'help          this list'
	@echo
	@echo 'SAN=asan|ubsan|tsan|cov|fuzz  an instrumented build, in build/SAN'
	@echo 'SANDBOX=0                keep all rights while running'
	@echo 'ISAL=0                   inflate with zlib instead of ISA-L'

.PHONY: all demo check check-builds check-slow check-peer check-contrib \
	check-long check-all units objects coverage faults fuzzers fuzz \
	fuzz-corpus bench bench-instructions deb install uninstall \
	format-check tidy clean help FORCE
