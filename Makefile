# vcnflow and vcnmeta. "make help" lists the targets.
#
# Variables: PREFIX DESTDIR BINDIR MANDIR CC CXX CFLAGS CXXFLAGS LDFLAGS CPPFLAGS
#   ISAL=0|1   inflate with ISA-L (default: 1 where pkg-config finds libisal)
#   SAN=asan|ubsan|tsan|cov   an instrumented build, in a directory of its own

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
INSTALL ?= install
PKG_CONFIG ?= pkg-config
AR      ?= ar

CFLAGS   ?= -O2 -g
CXXFLAGS ?= -O2 -g
SAN  ?=
ifndef ISAL
ISAL := $(shell $(PKG_CONFIG) --exists libisal 2>/dev/null && echo 1 || echo 0)
endif

BUILD := build/$(if $(SAN),$(SAN),release)$(if $(filter 0,$(ISAL)),-zlib)

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
FORTIFY =
else ifneq ($(SAN),)
$(error SAN is asan, ubsan, tsan or cov)
endif

ALL_CPPFLAGS = -Isrc -D_GNU_SOURCE $(FORTIFY) $(CPPFLAGS)
ALL_CFLAGS   = -std=c17 $(WARN) $(CWARN) $(HARDEN) $(CFLAGS) $(SANFLAGS)
ALL_CXXFLAGS = -std=c++17 $(WARN) $(HARDEN) -fno-exceptions -fno-rtti \
	$(CXXFLAGS) $(SANFLAGS) -DNDEBUG
ALL_LDFLAGS  = $(LINK_HARDEN) $(CFLAGS) $(SANFLAGS) $(LDFLAGS)

DEFLATE_ALL := $(wildcard src/deflate/*.c)
ifeq ($(ISAL),1)
DEFLATE_SRC := $(filter-out %_zlib.c,$(DEFLATE_ALL))
DEFLATE_LIBS = -lisal -lz
else
DEFLATE_SRC := $(filter-out %_isal.c,$(DEFLATE_ALL))
DEFLATE_LIBS = -lz
endif

COMMON_SRC  := $(wildcard src/base/*.c) $(wildcard src/json/*.c) \
	$(wildcard src/json/*.cc) $(DEFLATE_SRC) $(wildcard src/lookup/*.c)
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

$(COMMON_LIB): $(call objects,$(COMMON_SRC))
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

# ---- tests ------------------------------------------------------------------

# As many jobs as processors, unless the caller said how many.
PROCESSORS := $(shell nproc 2>/dev/null || echo 2)
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(PROCESSORS))
SUBMAKE = $(MAKE) --no-print-directory $(JOBS)
RUN = tests/run

CHECK_SUITES = unit checks cli examples reference fetch \
	unit-asan cli-asan cli-zlib tsan cli-valgrind
SLOW_SUITES = unit-zlib unit-valgrind cli-valgrind-all reference-slow

# Packages first, then make anew, so that it sees what was installed.
check:
	contrib/install-deps build test
	@$(SUBMAKE) check-builds
	$(RUN) $(CHECK_SUITES)

check-builds:
	$(SUBMAKE) all units
	$(SUBMAKE) SAN=asan all units
	$(SUBMAKE) SAN=tsan all
	$(SUBMAKE) ISAL=0 all

check-slow:
	contrib/install-deps build test
	@$(SUBMAKE) all units
	@$(SUBMAKE) ISAL=0 all units
	$(RUN) $(SLOW_SUITES)

check-peer:
	contrib/install-deps build test peer
	@$(SUBMAKE) all
	$(RUN) peer

check-all:
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory check-slow
	@$(MAKE) --no-print-directory check-peer

coverage:
	contrib/install-deps build test
	@$(SUBMAKE) SAN=cov all units
	find build/cov build/cov-zlib -name '*.gcda' -delete 2>/dev/null || :
	-$(RUN) unit-cov cli-cov reference-cov fetch-cov
	gcovr --root . --filter src/ --gcov-ignore-parse-errors --print-summary --sort-uncovered \
		--exclude-unreachable-branches --exclude-throw-branches \
		$(wildcard build/cov build/cov-zlib)

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
	@$(SUBMAKE) all
	BUILD=$(BUILD) tests/bench/instructions $(if $(UPDATE),--update)

C_FILES = $(sort $(wildcard src/*/*.[ch] src/*/*.cc tests/unit/*/*.[ch] \
	tests/fuzz/*.[ch]))
CLANG_FORMAT = $(shell command -v clang-format-14 || echo clang-format)
CLANG_TIDY = $(shell command -v clang-tidy-14 || echo clang-tidy)

# Every object, of both inflate libraries where both are there.
OBJECT_SRC = $(sort $(COMMON_SRC) $(wildcard src/vcnflow/*.c src/vcnmeta/*.c) \
	$(if $(filter 1,$(ISAL)),$(DEFLATE_ALL)) $(UNIT_SRC))
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

MANUALS := $(wildcard man/*.[1-8])

install: all
	$(INSTALL) -d $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 755 $(PROGRAMS) $(DESTDIR)$(BINDIR)
	for page in $(MANUALS); do \
		folder=$(DESTDIR)$(MANDIR)/man$${page##*.}; \
		$(INSTALL) -d "$$folder" && \
		$(INSTALL) -m 644 "$$page" "$$folder" || exit 1; \
	done

uninstall:
	rm -f $(addprefix $(DESTDIR)$(BINDIR)/,$(notdir $(PROGRAMS)))
	for page in $(notdir $(MANUALS)); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$$page; \
	done

clean:
	rm -rf build

help:
	@echo 'all           build vcnflow and vcnmeta into build/ (the default)'
	@echo 'demo          build, then enrich a few real flow-log records'
	@echo 'check         all quick tests: install what they need, build, run'
	@echo 'check-slow    slower tests: all cases under valgrind, more records'
	@echo 'check-peer    compare with the OCI SDK for Node (needs the network)'
	@echo 'check-all     check, check-slow and check-peer'
	@echo 'units         build the unit tests'
	@echo 'coverage      which lines of src/ the tests reach'
	@echo 'bench         speed and memory against their targets (QUICK=1: less input)'
	@echo 'bench-instructions  count those of each stage (UPDATE=1: write down)'
	@echo 'install       into $$(DESTDIR)$$(PREFIX), by default /usr/local'
	@echo 'uninstall     take away what install put there'
	@echo 'format-check  is the code formatted as .clang-format says?'
	@echo 'tidy          static analysis with clang-tidy'
	@echo 'clean         remove build/'
	@echo 'help          this list'
	@echo
	@echo 'SAN=asan|ubsan|tsan|cov  an instrumented build, in build/SAN'
	@echo 'ISAL=0                   inflate with zlib instead of ISA-L'

.PHONY: all demo check check-builds check-slow check-peer check-all units \
	objects coverage bench bench-instructions install uninstall \
	format-check tidy clean help FORCE
