# SPDX-License-Identifier: GPL-2.0
#
# A kselftest directory. In a kernel tree (tools/testing/selftests/kvm_gmem) it
# uses the lib.mk, harness and headers of that tree; anywhere else those of
# KSRC=<kernel source>, or of the newest source that ./run_tests.sh has fetched.

all:

# Where make was called from helps when this directory is a symbolic link into
# a kernel tree: ".." then leads elsewhere.
selftests_candidates := .. $(PWD) $(PWD)/.. $(PWD)/tools/testing/selftests
find_selftests = $(firstword $(foreach dir,$(1),$(if $(and $(wildcard $(dir)/lib.mk),$(wildcard \
	$(dir)/kselftest_harness.h)),$(dir))))

ifeq ($(KSRC),)
selftests := $(call find_selftests,$(selftests_candidates))
ifeq ($(selftests),)
KSRC := $(shell vm/kernel.sh newest-source 2>/dev/null)
endif
endif
ifneq ($(KSRC),)
selftests := $(call find_selftests,$(KSRC)/tools/testing/selftests)
endif

ifeq ($(selftests),)
ifneq ($(MAKECMDGOALS),clean)
$(error No kernel source: set KSRC=<tree> or let "./run_tests.sh setup" fetch one)
endif
endif

# The names that kbuild and uname use for the architectures.
uname_m := $(shell uname -m)
ARCH_DIR := $(or $(ARCH),$(uname_m))
ARCH_DIR := $(patsubst x86,x86_64,$(patsubst i386,x86_64,$(patsubst arm64,aarch64,$(ARCH_DIR))))

ifneq ($(wildcard lib/$(ARCH_DIR)/flags.mk),)
include lib/$(ARCH_DIR)/flags.mk

test_sources := $(wildcard *_test.c) $(wildcard $(ARCH_DIR)/*_test.c)
TEST_GEN_PROGS := $(sort $(notdir $(test_sources:.c=)))
TEST_GEN_PROGS_EXTENDED := gmem_probe
TEST_GEN_FILES := cases.tsv
endif

OVERRIDE_TARGETS := 1
ifneq ($(selftests),)
include $(selftests)/lib.mk
else
clean:
endif

# A harness that is a system header may expand to what -Wextra would flag.
CFLAGS += -O2 -std=gnu11 -Wall -Wextra -Wstrict-prototypes $(if $(WERROR),-Werror)
CFLAGS += -Iinclude -Iinclude/$(ARCH_DIR) -isystem $(selftests) $(KHDR_INCLUDES)
CFLAGS += -fno-pie -fno-stack-protector -U_FORTIFY_SOURCE -fno-strict-aliasing
CFLAGS += -pthread -MD -MP $(ARCH_CFLAGS)
LDFLAGS += -static -pthread

obj := $(OUTPUT)/obj
lib_sources := $(wildcard $(addprefix lib/,*.c $(ARCH_DIR)/*.c $(ARCH_DIR)/*.S))
lib_sources += $(wildcard $(addprefix vmm/,*.c $(ARCH_DIR)/*.c))
lib_objects := $(patsubst %,$(obj)/%.o,$(basename $(lib_sources)))
vpath %.c . $(ARCH_DIR)

EXTRA_CLEAN += $(obj) $(OUTPUT)/progs

-include $(wildcard $(obj)/*.d $(obj)/*/*.d $(obj)/*/*/*.d)

$(obj)/%.o: %.c
	$(call msg,CC,,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CPPFLAGS) -c $< -o $@

$(obj)/%.o: %.S
	$(call msg,AS,,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CPPFLAGS) -c $< -o $@

define link
	$(call msg,LINK,,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(LDLIBS) -o $@
endef

$(TEST_GEN_PROGS) $(TEST_GEN_PROGS_EXTENDED): $(OUTPUT)/%: $(obj)/%.o $(lib_objects)
	$(link)

# Which case pins which behaviour, from the comments above the cases.
$(OUTPUT)/cases.tsv: tools/cases.awk $(test_sources)
	$(Q)awk -f tools/cases.awk $(test_sources) > $@.tmp && mv $@.tmp $@

emit_list:
	@printf '%s\n' $(notdir $(TEST_GEN_PROGS))

# Programs that are not tests of KVM: the library's unit tests, programs with a
# known verdict for the runner's own tests, and cost programs.
progs = $(addprefix $(OUTPUT)/progs/$(1)/,$(notdir $(basename $(call prog_sources,$(1)))))
prog_sources = $(wildcard $(1)/*.c $(1)/$(ARCH_DIR)/*.c)

define prog_rules
$(OUTPUT)/progs/$(1)/%: $(obj)/$(1)/%.o $(lib_objects)
	$$(link)
$(OUTPUT)/progs/$(1)/%: $(obj)/$(1)/$(ARCH_DIR)/%.o $(lib_objects)
	$$(link)
endef
$(foreach dir,unit meta bench demo,$(eval $(call prog_rules,$(dir))))

$(OUTPUT)/progs/meta/cases.tsv: tools/cases.awk $(call prog_sources,meta)
	$(Q)mkdir -p $(@D) && awk -f tools/cases.awk $(call prog_sources,meta) > $@

unit: $(call progs,unit)
meta: $(call progs,meta) $(OUTPUT)/progs/meta/cases.tsv
bench: $(call progs,bench)
demo: $(call progs,demo)

check:
	./tools/check.sh

.PHONY: check unit meta bench demo emit_list
.SECONDARY:
