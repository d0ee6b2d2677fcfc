/*
 * Giving up rights; see rights.h. Landlock has no function in the C library,
 * and a filter of system calls is a small program for the kernel: both are
 * asked for as the kernel's own headers say.
 *
 * A call that the filter refuses fails with ENOSYS, as if the kernel did not
 * have it: that is what the C library knows how to get along without.
 */
#include "base/rights.h"

#include <stdio.h>

#if !defined(RIGHTS_KEPT) && defined(__linux__)

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* Newer than the headers of some systems. */
#define ACCESS_FS_REFER (UINT64_C(1) << 13)
#define ACCESS_FS_TRUNCATE (UINT64_C(1) << 14)

#define ACCESS_FIRST (LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1)
#define ACCESS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_REPLACE                                                                             \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |                              \
		LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                      \
		LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define ACCESS_FOLDERS                                                                             \
	(ACCESS_REPLACE | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR)
/* Of these, what a rule on a file may name. */
#define ACCESS_OF_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)

/* ---- Landlock ----------------------------------------------------------- */

/* What the kernel's version of the interface can forbid. */
static uint64_t handled(int version)
{
	uint64_t access = ACCESS_FIRST;

	if (version >= 2)
		access |= ACCESS_FS_REFER;
	if (version >= 3)
		access |= ACCESS_FS_TRUNCATE;
	return access;
}

void rights_begin(struct rights *rights)
{
	struct landlock_ruleset_attr attr = {0};
	long version = syscall(
		SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);

	*rights = (struct rights){.ruleset = -1};
	if (version < 1)
		return;
	attr.handled_access_fs = handled((int)version);
	rights->ruleset = (int)syscall(
		SYS_landlock_create_ruleset, &attr, sizeof(attr.handled_access_fs), 0u);
	if (rights->ruleset >= 0)
		rights->landlock = (int)version;
}

static void forget_ruleset(struct rights *rights)
{
	(void)close(rights->ruleset);
	rights->ruleset = -1;
	rights->landlock = 0;
}

/* Where a right could not be left for want of descriptors or memory, none may
 * be taken: the input would be refused that was to be read. */
static void note_shortage(struct rights *rights)
{
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		forget_ruleset(rights);
}

void rights_leave_open(struct rights *rights, int descriptor, enum rights_path right)
{
	struct landlock_path_beneath_attr attr = {.parent_fd = descriptor};
	struct stat status;

	if (rights->ruleset < 0)
		return;
	attr.allowed_access = right == RIGHTS_READ      ? ACCESS_READ
			      : right == RIGHTS_REPLACE ? ACCESS_REPLACE
							: ACCESS_FOLDERS;
	if (fstat(descriptor, &status) == 0 && !S_ISDIR(status.st_mode))
		attr.allowed_access &= ACCESS_OF_FILES;
	if (syscall(SYS_landlock_add_rule, rights->ruleset, LANDLOCK_RULE_PATH_BENEATH, &attr,
		    0u) != 0)
		note_shortage(rights);
}

void rights_leave(struct rights *rights, const char *path, enum rights_path right)
{
	int descriptor;

	if (rights->ruleset < 0)
		return;
	descriptor = open(path, O_PATH | O_CLOEXEC);
	if (descriptor < 0) {
		note_shortage(rights);
		return;
	}
	rights_leave_open(rights, descriptor, right);
	(void)close(descriptor);
}

static void give_up_paths(struct rights *rights)
{
	if (rights->ruleset < 0)
		return;
	if (!rights->privileges || syscall(SYS_landlock_restrict_self, rights->ruleset, 0u) != 0) {
		forget_ruleset(rights);
		return;
	}
	(void)close(rights->ruleset);
	rights->ruleset = -1;
}

/* ---- system calls -------------------------------------------------------- */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define FOREIGN_CALLS 0x40000000u /* x32's begin here */
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#define FOREIGN_CALLS UINT32_MAX
#endif

#ifdef ARCH

/* What a filter of files needs, the C library's threads and memory included. */
static const uint16_t needed_calls[] = {
	SYS_read,
	SYS_write,
	SYS_readv,
	SYS_writev,
	SYS_pread64,
	SYS_close,
	SYS_lseek,
	SYS_openat,
	SYS_fstat,
	SYS_newfstatat,
	SYS_statx,
	SYS_fcntl,
	SYS_fsync,
	SYS_fdatasync,
	SYS_ftruncate,
	SYS_fadvise64,
	SYS_getdents64,
	SYS_readlinkat,
	SYS_faccessat,
	SYS_renameat,
	SYS_unlinkat,
	SYS_dup,
	SYS_dup3,
	SYS_ppoll,
	SYS_pselect6,
	SYS_mmap,
	SYS_munmap,
	SYS_mremap,
	SYS_mprotect,
	SYS_madvise,
	SYS_brk,
	SYS_futex,
	SYS_clone,
	SYS_set_robust_list,
	SYS_sched_yield,
	SYS_sched_getaffinity,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_sigaltstack,
	SYS_restart_syscall,
	SYS_tgkill,
	SYS_tkill,
	SYS_getpid,
	SYS_gettid,
	SYS_exit,
	SYS_exit_group,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_gettimeofday,
	SYS_setitimer,
	SYS_getrandom,
	SYS_prlimit64,
	SYS_sysinfo,
#ifdef SYS_clone3
	SYS_clone3,
#endif
#ifdef SYS_rseq
	SYS_rseq,
#endif
#ifdef SYS_renameat2
	SYS_renameat2,
#endif
#ifdef SYS_open /* and its like, which newer machines do not have */
	SYS_open,
	SYS_stat,
	SYS_lstat,
	SYS_access,
	SYS_readlink,
	SYS_rename,
	SYS_unlink,
	SYS_poll,
	SYS_select,
	SYS_dup2,
	SYS_time,
#endif
};

/* Its name stands in a header that cannot be read beside <termios.h>. */
#define IOCTL_TCGETS2 UINT32_C(0x802c542a)

/* Of ioctl: is it a terminal (newer C libraries ask the second way, musl the
 * third), and how wide? */
static const uint32_t needed_ioctls[] = {TCGETS, IOCTL_TCGETS2, TIOCGWINSZ};

/* What no client of a service needs. */
static const uint16_t foreign_calls[] = {SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv,
	SYS_process_vm_writev, SYS_bpf, SYS_perf_event_open, SYS_mount, SYS_umount2, SYS_pivot_root,
	SYS_chroot, SYS_unshare, SYS_setns, SYS_init_module, SYS_finit_module, SYS_delete_module,
	SYS_kexec_load, SYS_reboot, SYS_swapon, SYS_keyctl, SYS_add_key, SYS_request_key,
	SYS_userfaultfd, SYS_mknodat, SYS_acct, SYS_settimeofday, SYS_clock_settime};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST_CALLS                                                                                 \
	(COUNT(needed_calls) > COUNT(foreign_calls) ? COUNT(needed_calls) : COUNT(foreign_calls))
#define ALLOW SECCOMP_RET_ALLOW
#define REFUSE (SECCOMP_RET_ERRNO | ENOSYS)

/* The filter while it is written. */
struct filter {
	struct sock_filter code[MOST_CALLS * 2 + COUNT(needed_ioctls) * 2 + 12];
	unsigned short len;
};

static void add(struct filter *filter, uint16_t code, uint8_t if_not, uint32_t operand)
{
	filter->code[filter->len++] = (struct sock_filter){code, 0, if_not, operand};
}

static void add_load(struct filter *filter, size_t offset)
{
	add(filter, BPF_LD | BPF_W | BPF_ABS, 0, (uint32_t)offset);
}

static void add_answer(struct filter *filter, uint32_t answer)
{
	add(filter, BPF_RET | BPF_K, 0, answer);
}

/* What was loaded, if it is value, gets the answer. */
static void add_case(struct filter *filter, uint32_t value, uint32_t answer)
{
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, 1, value);
	add_answer(filter, answer);
}

/* Calls of another machine are refused; leaves the call's number loaded. */
static void add_head(struct filter *filter)
{
	add_load(filter, offsetof(struct seccomp_data, arch));
	add(filter, BPF_JMP | BPF_JEQ | BPF_K, 1, ARCH);
	add(filter, BPF_JMP | BPF_JA, 0, 1);
	add_answer(filter, REFUSE);
	add_load(filter, offsetof(struct seccomp_data, nr));
	add(filter, BPF_JMP | BPF_JGE | BPF_K, 1, FOREIGN_CALLS);
	add_answer(filter, REFUSE);
}

static void add_cases(struct filter *filter, const uint16_t *calls, size_t count, uint32_t answer)
{
	for (size_t i = 0; i < count; i++)
		add_case(filter, calls[i], answer);
}

static void add_ioctls(struct filter *filter)
{
	const uint8_t behind = COUNT(needed_ioctls) * 2 + 2;

	add(filter, BPF_JMP | BPF_JEQ | BPF_K, behind, SYS_ioctl);
	/* the lower half of the second argument, on little-endian machines */
	add_load(filter, offsetof(struct seccomp_data, args[1]));
	for (size_t i = 0; i < COUNT(needed_ioctls); i++)
		add_case(filter, needed_ioctls[i], ALLOW);
	add_answer(filter, REFUSE);
}

static void give_up_calls(struct rights *rights, enum rights_calls calls)
{
	struct filter filter = {.len = 0};
	struct sock_fprog program = {.filter = filter.code};

	add_head(&filter);
	if (calls == RIGHTS_FILTER) {
		add_cases(&filter, needed_calls, COUNT(needed_calls), ALLOW);
		add_ioctls(&filter);
		add_answer(&filter, REFUSE);
	} else {
		add_cases(&filter, foreign_calls, COUNT(foreign_calls), REFUSE);
		add_answer(&filter, ALLOW);
	}
	program.len = filter.len;
	rights->calls = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else

static void give_up_calls(struct rights *rights, enum rights_calls calls)
{
	(void)rights;
	(void)calls;
}

#endif

void rights_give_up(struct rights *rights, enum rights_calls calls)
{
	rights->privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	give_up_paths(rights);
	if (rights->privileges)
		give_up_calls(rights, calls);
}

#else

void rights_begin(struct rights *rights)
{
	*rights = (struct rights){.ruleset = -1};
}

void rights_leave(struct rights *rights, const char *path, enum rights_path right)
{
	(void)rights;
	(void)path;
	(void)right;
}

void rights_leave_open(struct rights *rights, int descriptor, enum rights_path right)
{
	(void)rights;
	(void)descriptor;
	(void)right;
}

void rights_give_up(struct rights *rights, enum rights_calls calls)
{
	(void)rights;
	(void)calls;
}

#endif

const char *rights_text(const struct rights *rights, char text[RIGHTS_TEXT_SIZE])
{
	char landlock[32] = "";

	if (rights->landlock != 0)
		(void)snprintf(landlock, sizeof(landlock), ", Landlock %d", rights->landlock);
	(void)snprintf(text, RIGHTS_TEXT_SIZE, "%s%s%s",
		rights->privileges ? "no new privileges" : "none", landlock,
		rights->calls ? ", system calls" : "");
	return text;
}
