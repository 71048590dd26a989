// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lets User Mode Linux of 6.1 and 6.12 run on processors with AMX.
 *
 * UML saves and restores 2696 bytes of its processes' FPU state.  With AMX the
 * state is four times as long, and the host refuses a shorter one (EFAULT).
 * Preloaded into UML, this ptrace() meets that refusal by laying the short
 * state over the full one that the process has.  Elsewhere it changes nothing.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define XSTATE_MAX	65536
#define XSTATE_BV	512		/* offset of the bitmap of valid components */
#define SHORT_BITS	0x3ffull	/* components that fit into the short state */

static long sys_ptrace(long request, long pid, void *addr, void *data)
{
	return syscall(SYS_ptrace, request, pid, addr, data);
}

static uint64_t get_bits(const unsigned char *state)
{
	uint64_t bits;

	memcpy(&bits, state + XSTATE_BV, sizeof(bits));
	return bits;
}

static long set_short_state(long pid, const struct iovec *part)
{
	static unsigned char full[XSTATE_MAX];
	struct iovec whole = { full, sizeof(full) };
	void *type = (void *)NT_X86_XSTATE;
	uint64_t bits;

	if (sys_ptrace(PTRACE_GETREGSET, pid, type, &whole) < 0)
		return -1;
	if (part->iov_len < XSTATE_BV + sizeof(bits) || part->iov_len >= whole.iov_len) {
		errno = EFAULT;
		return -1;
	}
	bits = get_bits(full) & ~SHORT_BITS;
	memcpy(full, part->iov_base, part->iov_len);
	bits |= get_bits(full);
	memcpy(full + XSTATE_BV, &bits, sizeof(bits));
	return sys_ptrace(PTRACE_SETREGSET, pid, type, &whole);
}

long ptrace(enum __ptrace_request request, ...)
{
	long pid, ret, word = 0;
	void *addr, *data;
	va_list args;

	va_start(args, request);
	pid = va_arg(args, int);
	addr = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);

	/* The system call stores the word that libc's function returns. */
	if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER) {
		ret = sys_ptrace(request, pid, addr, &word);
		if (ret < 0)
			return ret;
		errno = 0;
		return word;
	}
	ret = sys_ptrace(request, pid, addr, data);
	if (ret < 0 && errno == EFAULT && request == PTRACE_SETREGSET &&
	    (uintptr_t)addr == NT_X86_XSTATE)
		ret = set_short_state(pid, data);
	return ret;
}
