# vcnflow and its siblings. "make help" lists the targets.
#
# Variables: PREFIX DESTDIR BINDIR MANDIR DATADIR DOCDIR UNITDIR SYSUSERSDIR
#   BASHDIR ZSHDIR FISHDIR CC CXX CFLAGS CXXFLAGS LDFLAGS CPPFLAGS
#   ISAL=0|1   inflate with ISA-L (default: 1 where pkg-config finds libisal)
#   SANDBOX=0|1   keep all rights while running (default: 1 unless SAN is set)
#   STATIC=0|1   link all libraries into the programs (default: 0); the compiler has
#     to find archives of them, see contrib/portable
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
# fish looks into /usr/local only where XDG_DATA_DIRS says so.
FISHDIR ?= $(if $(filter /usr/local,$(PREFIX)),/etc/fish/completions,$(PREFIX)/share/fish/vendor_completions.d)
INSTALL ?= install
PKG_CONFIG ?= pkg-config
AR      ?= ar

CFLAGS   ?= -O2 -g
CXXFLAGS ?= -O2 -g
SAN  ?=
ifndef ISAL
ISAL := $(shell $(PKG_CONFIG) --exists libisal 2>/dev/null && echo 1 || echo 0)
ISAL_ASKED := $(shell command -v $(PKG_CONFIG) || :)
else
ISAL_ASKED := $(ISAL)
endif

# Giving up rights gets in the way of what instrumented builds do at their end.
SANDBOX ?= $(if $(SAN),0,1)

# Programs and archives of each variant have a folder of their own. Objects are
# shared by those that are compiled alike: with either inflate library, and with
# all rights or few.
BUILD := build/$(if $(SAN),$(SAN),$(if $(filter 0,$(SANDBOX)),open,release))$(if $(filter 0,$(ISAL)),-zlib)
OBJECTS := $(if $(filter command,$(origin BUILD)),$(BUILD),build)/objects/$(or $(SAN),release)

# ---- flags ----------------------------------------------------------------

WARN  = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla
CWARN = -Wstrict-prototypes -Wmissing-prototypes -Werror=implicit
HARDEN = -fPIE -fstack-protector-strong
FORTIFY = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
LINK_HARDEN = $(if $(filter 1,$(STATIC)),-static-pie,-pie) -Wl,-z,relro -Wl,-z,now

ifeq ($(SAN),asan)
# The other compiler's warnings are worth having too, where it has the library.
ifneq ($(shell echo 'int main() {}' | \
	clang++ -fsanitize=address -x c++ -o /dev/null - 2>/dev/null && echo yes),)
CC  = clang
CXX = clang++
endif
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

# The same objects in whatever folder the tree lies; but what counts coverage
# must find its files from anywhere.
SAME = $(if $(filter cov,$(SAN)),,-ffile-prefix-map=$(CURDIR)=.)

ALL_CPPFLAGS = -Isrc -I$(OBJECTS) -include base/platform.h -D_GNU_SOURCE $(FORTIFY) \
	$(if $(filter 1,$(STATIC)),-DSTATIC) $(CPPFLAGS)
ALL_CFLAGS   = -std=c17 $(WARN) $(CWARN) $(HARDEN) $(SAME) $(CFLAGS) $(SANFLAGS)
ALL_CXXFLAGS = -std=c++17 $(WARN) $(HARDEN) -fno-exceptions -fno-rtti \
	$(SAME) $(CXXFLAGS) $(SANFLAGS) -DNDEBUG -DSIMDJSON_DEVELOPMENT_CHECKS=0
ALL_LDFLAGS  = $(LINK_HARDEN) $(CFLAGS) $(SANFLAGS) $(COVERAGE_WRAP) $(LDFLAGS)

DEFLATE_ALL := $(wildcard src/deflate/*.c)
ifeq ($(ISAL),1)
DEFLATE_SRC := $(filter-out %_zlib.c,$(DEFLATE_ALL))
DEFLATE_LIBS = -lisal -lz
else
DEFLATE_SRC := $(filter-out %_isal.c,$(DEFLATE_ALL))
DEFLATE_LIBS = -lz
endif

# Of base to rules and flowlog; each program takes from the archive what it uses.
COMMON_SRC  := $(wildcard src/base/*.c src/json/*.c src/json/*.cc) $(DEFLATE_SRC) \
	$(wildcard src/lookup/*.c src/rules/*.c src/flowlog/*.c)
COMMON_LIB  := $(BUILD)/libcommon.a
COMMON_LIBS  = -lsimdjson $(DEFLATE_LIBS)

# Each program has an archive of all but its main.c.
PARTS    := $(notdir $(wildcard src/vcn*))
PROGRAMS := $(patsubst src/%/main.c,$(BUILD)/%,$(wildcard src/vcn*/main.c))
sources   = $(filter-out %/main.c,$(wildcard src/$(1)/*.c src/$(1)/*/*.c))
objects   = $(patsubst %,$(OBJECTS)/%.o,$(if $(filter 0,$(SANDBOX)),\
	$(patsubst src/base/rights.c,kept/src/base/rights.c,$(1)),$(1)))

VCNMETA_LIBS = -lcurl $(if $(filter 1,$(STATIC)),-lssl) -lcrypto

# link OPTIONS, LIBRARIES: of all objects and archives that a program needs
link = $(CXX) $(ALL_LDFLAGS) $(1) -o $@ $(filter %.o %.a,$^) $(2)

# compile COMMAND: what the compiler says is shown, and stays beside the object
# for the checks of warnings.
define compile
@mkdir -p $(@D)
$(1) $(if $(MAKE_TERMERR),-fdiagnostics-color) -MMD -MP -c -o $@ $< 2>$@.said; \
	status=$$?; cat $@.said >&2; [ -s $@.said ] || rm -f $@.said; exit $$status
endef

# ---- programs -------------------------------------------------------------

.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS) $(PARTS:%=$(BUILD)/lib%.a)
ifeq ($(ISAL_ASKED),)
	@echo 'no pkg-config: ISA-L was not looked for (ISAL=1 takes it)'
endif

$(BUILD)/vcnmeta: $(call objects,src/vcnmeta/main.c) $(BUILD)/libvcnmeta.a \
		$(COMMON_LIB) $(BUILD)/flags
	$(call link,,$(VCNMETA_LIBS) $(COMMON_LIBS))

$(BUILD)/vcn%: $(OBJECTS)/src/vcn%/main.c.o $(BUILD)/libvcn%.a $(COMMON_LIB) \
		$(BUILD)/flags
	$(call link,-pthread,$(COMMON_LIBS))

$(COMMON_LIB): $(call objects,$(COMMON_SRC) $(COVERAGE_SRC))
$(foreach name,$(PARTS),$(eval \
	$(BUILD)/lib$(name).a: $(call objects,$(call sources,$(name)))))
$(BUILD)/%.a: $(BUILD)/flags
	@rm -f $@
	$(AR) rcs $@ $(filter %.o,$^)

$(OBJECTS)/%.c.o: %.c $(OBJECTS)/flags
	$(call compile,$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS))

$(OBJECTS)/%.cc.o: %.cc $(OBJECTS)/flags
	$(call compile,$(CXX) $(ALL_CPPFLAGS) $(ALL_CXXFLAGS))

# With SANDBOX=0 nothing is given up.
$(OBJECTS)/kept/%.c.o: %.c $(OBJECTS)/flags
	$(call compile,$(CC) $(ALL_CPPFLAGS) -DRIGHTS_KEPT $(ALL_CFLAGS))

# Texts that become part of a program: their bytes, and their SHA-256 in base64.
$(OBJECTS)/src/vcnrules/page_static.c.o: $(foreach text,page.css page.js,\
	$(OBJECTS)/vcnrules/$(text).inc $(OBJECTS)/vcnrules/$(text).hash.inc)

$(OBJECTS)/%.hash.inc: src/%
	@mkdir -p $(@D)
	octal=$$(sha256sum <$< | awk 'BEGIN { digits = "123456789abcdef" } { \
		for (i = 1; i < 64; i += 2) printf "\\%03o", 16 * \
		index(digits, substr($$1, i, 1)) + index(digits, substr($$1, i + 1, 1)) }'); \
	printf '"%s"\n' "$$(printf "$$octal" | base64)" >$@

$(OBJECTS)/%.inc: src/%
	@mkdir -p $(@D)
	od -An -v -tu1 $< | sed 's/  */,/g; s/^,//; s/$$/,/' >$@

-include $(shell find $(OBJECTS) -name '*.d' 2>/dev/null)

# What was made with other flags or another compiler is made again.
COMPILED = $(CC) $(shell $(CC) -dumpfullversion -dumpversion 2>&1) $(CXX) \
	$(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_CXXFLAGS)
LINKED = $(CXX) $(ALL_LDFLAGS) $(COMMON_LIBS) SANDBOX=$(SANDBOX)
keep = @mkdir -p $(@D); echo '$(1)' | cmp -s - $@ || echo '$(1)' >$@
$(OBJECTS)/flags: FORCE
	$(call keep,$(COMPILED))
$(BUILD)/flags: FORCE
	$(call keep,$(LINKED))
FORCE:

# ---- unit tests: one program per room, in tests/unit/PART/test_ROOM.c ------

UNIT_SRC := $(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c)
UNITS    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))

units: $(UNITS)

UNIT_NEEDS = $(COMMON_LIB) $(BUILD)/flags
$(BUILD)/unit/vcnmeta/%: $(OBJECTS)/tests/unit/vcnmeta/%.c.o $(BUILD)/libvcnmeta.a $(UNIT_NEEDS)
	@mkdir -p $(@D)
	$(call link,,$(VCNMETA_LIBS) $(COMMON_LIBS) -lcmocka)
$(BUILD)/unit/vcnflow/%: $(OBJECTS)/tests/unit/vcnflow/%.c.o $(BUILD)/libvcnflow.a $(UNIT_NEEDS)
	@mkdir -p $(@D)
	$(call link,-pthread,$(COMMON_LIBS) -lcmocka)
$(BUILD)/unit/vcnrules/%: $(OBJECTS)/tests/unit/vcnrules/%.c.o $(BUILD)/libvcnrules.a $(UNIT_NEEDS)
	@mkdir -p $(@D)
	$(call link,-pthread,$(COMMON_LIBS) -lcmocka)
$(BUILD)/unit/%: $(OBJECTS)/tests/unit/%.c.o $(UNIT_NEEDS)
	@mkdir -p $(@D)
	$(call link,-pthread,$(COMMON_LIBS) -lcmocka)

# ---- fuzz targets: tests/fuzz/fuzz_NAME.c ------------------------------------
#
# With SAN=fuzz each is a libFuzzer program; in any other build a program that
# runs the inputs of the files it is given.

FUZZ_ALL     := $(wildcard tests/fuzz/*.c)
FUZZ_SRC     := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_NAMES   := $(patsubst tests/fuzz/fuzz_%.c,%,$(FUZZ_SRC))
FUZZERS      := $(FUZZ_NAMES:%=$(BUILD)/fuzz/%)
FUZZ_LIB     := $(BUILD)/libfuzz.a
FUZZ_MAIN    := $(if $(filter fuzz,$(SAN)),,$(OBJECTS)/tests/fuzz/replay.c.o)
FUZZ_LDFLAGS  = $(if $(filter fuzz,$(SAN)),-fsanitize=fuzzer) $(FUZZ_WRAP)

fuzzers: $(FUZZERS)

# What is fuzzed guides the fuzzer, what judges it does not.
$(OBJECTS)/src/%.o: private SANFLAGS += $(FUZZ_GUIDED)

# These read what the target feeds them, or write what it looks at.
CATCH = -Wl,--wrap=io_write_all
$(BUILD)/fuzz/record $(BUILD)/fuzz/long $(BUILD)/fuzz/table: \
	FUZZ_WRAP = -Wl,--wrap=io_read,--wrap=io_ready
$(BUILD)/fuzz/lookup $(BUILD)/fuzz/text $(BUILD)/fuzz/config: FUZZ_WRAP = $(CATCH)
$(BUILD)/fuzz/api: FUZZ_WRAP = $(CATCH),--wrap=caller_fail \
	-Wl,--wrap=caller_parser,--wrap=caller_tree
$(BUILD)/fuzz/report: FUZZ_WRAP = $(CATCH),--wrap=rights_give_up,--wrap=cleanup_add

$(FUZZ_LIB): $(call objects,$(filter-out $(FUZZ_SRC) %/replay.c,$(FUZZ_ALL)))
$(BUILD)/fuzz/%: $(OBJECTS)/tests/fuzz/fuzz_%.c.o $(FUZZ_LIB) $(FUZZ_MAIN) \
		$(PARTS:%=$(BUILD)/lib%.a) $(COMMON_LIB) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CXX) $(ALL_LDFLAGS) $(FUZZ_LDFLAGS) -pthread -o $@ $(FUZZ_MAIN) \
		$(filter-out $(FUZZ_MAIN),$(filter %.o %.a,$^)) \
		$(VCNMETA_LIBS) $(COMMON_LIBS) -lz

# ---- tests ------------------------------------------------------------------

# As many jobs as processors, unless the caller said how many, and shared with the
# makes below: "+" tells make that this is one, which it does not see in a variable.
PROCESSORS := $(shell nproc 2>/dev/null || echo 2)
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(PROCESSORS))
SUBMAKE = +$(MAKE) --no-print-directory $(JOBS)
RUN = tests/run

CHECK_SUITES = unit checks cli contrib examples reference fetch \
	fuzz unit-asan cli-asan cli-zlib tsan cli-valgrind
SLOW_SUITES = unit-zlib unit-valgrind cli-valgrind-all reference-slow long

# A recipe that installs packages does all the rest in a make of its own, for
# what this one found when it began is no longer so. A check holds that.
check:
	contrib/install-deps build test
	@$(SUBMAKE) check-run

check-run: check-builds
	$(RUN) $(CHECK_SUITES)

check-builds:
	$(SUBMAKE) all units objects
	$(SUBMAKE) ISAL=0 all
	$(SUBMAKE) SANDBOX=0 all units
	$(SUBMAKE) SAN=asan all units fuzzers objects
	$(SUBMAKE) SAN=tsan all

# What was changed, and what is tested in less than a minute.
quick:
	contrib/install-deps build test
	@$(SUBMAKE) quick-run

quick-run: all units
	$(RUN) unit cli-quick

check-slow:
	contrib/install-deps build test
	@$(SUBMAKE) check-slow-run

check-slow-run:
	@$(SUBMAKE) all units
	@$(SUBMAKE) ISAL=0 all units
	@$(SUBMAKE) SANDBOX=0 all units
	$(RUN) $(SLOW_SUITES)

check-peer:
	contrib/install-deps build test peer
	@$(SUBMAKE) check-peer-run

check-peer-run: all
	$(RUN) peer

# The pages of vcnrules in a browser; PICTURES=FOLDER: to be looked at.
check-page:
	contrib/install-deps build test page
	@$(SUBMAKE) check-page-run

check-page-run: all
	$(if $(PICTURES),PATH="$(CURDIR)/$(BUILD):$$PATH" tests/page/run --pictures \
		'$(PICTURES)',$(RUN) page)

# Oracle's own CLI and SDK for Python, from the package index, into build/real.
check-real:
	contrib/install-deps build test real
	@$(SUBMAKE) check-real-run

check-real-run: all
	tests/real/install
	$(RUN) real

# Packages, clusters: what needs servers of its own.
check-contrib:
	contrib/install-deps build test package contrib
	@$(SUBMAKE) check-contrib-run

check-contrib-run: all
	$(RUN) contrib-slow

check-all:
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory check-slow
	@$(MAKE) --no-print-directory check-contrib
	@$(MAKE) --no-print-directory check-peer
	@$(MAKE) --no-print-directory check-page
	@$(MAKE) --no-print-directory check-real

coverage:
	contrib/install-deps build test coverage
	@$(SUBMAKE) SAN=cov coverage-run

coverage-run: all units fuzzers
	find $(OBJECTS) -name '*.gcda' -delete
	-$(RUN) unit-cov cli-cov reference-cov fetch-cov fuzz-cov
	gcovr --root . --filter src/ --exclude-directories '.*/tests$$' \
		--gcov-ignore-parse-errors --print-summary --sort-uncovered \
		--fail-under-line 95 --fail-under-branch 85 \
		--exclude-unreachable-branches --exclude-throw-branches $(OBJECTS)

# The cases that hold each fault of tests/faults.tsv, and what they measured.
faults:
	contrib/install-deps build test
	@$(SUBMAKE) faults-run

faults-run:
	@$(SUBMAKE) all units
	@$(SUBMAKE) ISAL=0 all units
	@$(SUBMAKE) SAN=asan all
	$(RUN) faults

# SIZE, followed by K, M or G, is how much of generated logs.
check-long:
	contrib/install-deps build test
	@$(SUBMAKE) check-long-run

check-long-run: all
	SIZE=$(or $(SIZE),10G) $(RUN) long

bench:
	contrib/install-deps build test
	contrib/install-deps bench peer || :
	@$(SUBMAKE) bench-run

bench-run: all
	@$(SUBMAKE) ISAL=0 all
	tests/bench/get-duckdb || :
	BUILD=$(BUILD) tests/bench/run $(if $(QUICK),--quick)
	BUILD=$(BUILD) tests/bench/fetch $(if $(QUICK),--quick)

bench-instructions:
	contrib/install-deps build test bench
	@$(SUBMAKE) SANDBOX=0 bench-instructions-run

bench-instructions-run: all
	BUILD=$(BUILD) tests/bench/instructions $(if $(UPDATE),--update)

# For T seconds each: make fuzz T=600 TARGET='record gunzip'. SEED=1: the same
# inputs each time, as many as took about T seconds once.
T ?= 60
SEED ?= 0
TARGET ?=
fuzz:
	CXX=clang++ contrib/install-deps build fuzz
	@$(SUBMAKE) SAN=fuzz fuzz-run
	@$(SUBMAKE) fuzz-compare-run

fuzz-run: fuzzers
	tests/fuzz/run --seconds $(T) --seed $(SEED) $(BUILD)/fuzz $(TARGET)

# What must come of the inputs that were found is said by the reference.
FUZZ_FOUND = work
fuzz-compare-run: all
	$(foreach folder,$(wildcard build/fuzz*/$(FUZZ_FOUND)/record),tests/reference/compare.py \
		$(BUILD)/vcnflow $(BUILD)/vcnmeta --only corpus --inputs $(folder))

fuzz-corpus:
	CXX=clang++ contrib/install-deps build fuzz
	@$(SUBMAKE) SAN=fuzz fuzz-corpus-run

fuzz-corpus-run: fuzzers
	tests/fuzz/run --minimise $(BUILD)/fuzz $(TARGET)

C_FILES = $(sort $(wildcard src/*/*.[ch] src/*/*/*.[ch] src/*/*.cc \
	tests/unit/*/*.[ch] tests/unit/*/*/*.[ch] tests/fuzz/*.[ch] tests/coverage/*.c))
CLANG_FORMAT = $(shell command -v clang-format-14 || echo clang-format)
CLANG_TIDY = $(shell command -v clang-tidy-14 || echo clang-tidy)

# Every object, of both inflate libraries where both are there.
OBJECT_SRC = $(sort $(COMMON_SRC) $(wildcard src/vcn*/*.c src/vcn*/*/*.c) \
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
	@$(SUBMAKE) -s demo-run

demo-run: all
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

# An archive that runs on any Linux of an architecture: ARCH=amd64 or arm64.
portable:
	contrib/install-deps portable
	@$(SUBMAKE) portable-run

portable-run:
	contrib/portable/build $(if $(ARCH),--arch $(ARCH)) build/portable

# ANEW=1: the second time from a system made anew
check-portable:
	contrib/install-deps build test portable
	@$(SUBMAKE) check-portable-run

check-portable-run: all
	tests/portable/check $(if $(ANEW),--anew) $(BUILD)

# RECORDS: how many are compared; CASES: which of the suite cli, as for tests/run --only
check-arm64:
	contrib/install-deps build test arm64
	@$(SUBMAKE) check-arm64-run

check-arm64-run: all
	RECORDS='$(RECORDS)' CASES='$(CASES)' tests/arm64/run $(BUILD)

clean:
	rm -rf build

help:
	@echo 'all           build the programs into build/ (the default)'
	@echo 'demo          build, then show the programs at work'
	@echo 'quick         build what changed, run the unit and most cli tests'
	@echo 'check         all usual tests: install what they need, build, run'
	@echo 'check-slow    slower tests: all cases under valgrind, more records'
	@echo 'check-peer    compare with the OCI SDK for Node (needs the network)'
	@echo 'check-page    the pages of vcnrules in a browser (PICTURES=FOLDER)'
	@echo 'check-real    with the oci CLI and the SDK for Python (needs the network)'
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
	@echo 'portable      an archive for any Linux, in build/portable (ARCH=arm64)'
	@echo 'check-portable  the same archive twice, tried in an empty root and a container'
	@echo 'check-arm64   programs for ARM64 under an emulator (RECORDS=1000 CASES=NAMES)'
	@echo 'uninstall     take away what install put there'
	@echo 'format-check  is the code formatted as .clang-format says?'
	@echo 'tidy          static analysis with clang-tidy'
	@echo 'clean         remove build/'
	@echo 'help          this list'
	@echo
	@echo 'SAN=asan|ubsan|tsan|cov|fuzz  an instrumented build, in build/SAN'
	@echo 'SANDBOX=0                keep all rights while running'
	@echo 'STATIC=1                 link all libraries into the programs'
	@echo 'ISAL=0                   inflate with zlib instead of ISA-L'

.PHONY: all demo demo-run quick quick-run check check-run check-builds check-slow \
	check-slow-run check-peer check-peer-run check-real check-real-run check-contrib \
	check-contrib-run check-page check-page-run check-long check-long-run check-all units \
	objects coverage coverage-run faults faults-run fuzzers fuzz fuzz-run fuzz-compare-run \
	fuzz-corpus fuzz-corpus-run bench bench-run bench-instructions bench-instructions-run \
	deb portable portable-run check-portable check-portable-run check-arm64 \
	check-arm64-run install uninstall format-check tidy clean help FORCE
