# vcnflow and vcnmeta. "make help" lists the targets.
#
# Variables: PREFIX DESTDIR BINDIR MANDIR CC CXX CFLAGS CXXFLAGS LDFLAGS
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
ISAL ?= $(shell $(PKG_CONFIG) --exists libisal 2>/dev/null && echo 1 || echo 0)
SAN  ?=

BUILD := build/$(if $(SAN),$(SAN),release)$(if $(filter 0,$(ISAL)),-zlib)

# ---- flags ----------------------------------------------------------------

WARN  = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Werror=implicit
CWARN = -Wstrict-prototypes -Wmissing-prototypes
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
SANFLAGS = --coverage -O0
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

$(BUILD)/%.c.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/%.cc.o: %.cc
	@mkdir -p $(@D)
	$(CXX) $(ALL_CPPFLAGS) $(ALL_CXXFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

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

# ---- the rest --------------------------------------------------------------

clean:
	rm -rf build

.PHONY: all units clean
