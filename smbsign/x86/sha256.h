/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What engine_x86.c, its only includer, has for hmac.c.
 */
#include <linux/build_bug.h>
#include <linux/linkage.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/string.h>

/* From word to word of a state in lanes: LANES_STRIDE of the assembly */
static_assert(sizeof_field(struct smbsign_sha256_lanes, state[0]) == 64);

asmlinkage void smbsign_sha256_ni(u32 state[SHA256_DIGEST_SIZE / 4],
				  const u8 *data, size_t num_blocks);

/* Neighbouring lanes of a struct smbsign_sha256_lanes, by the first of them */
asmlinkage void smbsign_sha256_ni_x2(u32 *state, const u8 **data,
				     size_t num_blocks);
asmlinkage void smbsign_sha256_avx2_x8(u32 *state, const u8 **data,
				       size_t num_blocks);
asmlinkage void smbsign_sha256_avx512_x8(u32 *state, const u8 **data,
					 size_t num_blocks);
asmlinkage void smbsign_sha256_avx512_x16(u32 *state, const u8 **data,
					  size_t num_blocks);

static const char *x86_sha256_name(void)
{
	return x86_has(X86_SHA_NI) ? "SHA-NI" : "SHA-256 in C";
}

/*
 * Without SHA-NI one message is for the C code, which takes five times as long, and
 * needs no FPU meanwhile.  The kernel's AVX2 driver would take half of that, but
 * the FPU for itself as well.
 */
static void x86_sha256(u32 state[SHA256_DIGEST_SIZE / 4], const u8 *data,
		       size_t num_blocks)
{
	if (x86_has(X86_SHA_NI))
		return smbsign_sha256_ni(state, data, num_blocks);
	smbsign_fpu_end();
	smbsign_generic_sha256(state, data, num_blocks);
	smbsign_fpu_begin();
}

/* So many blocks of 8 lanes are 4 us or so. */
#define AVX2_MAX_BLOCKS		12

/* Two lanes cost as much as 8: the FPU is let go more often than by engine.c. */
static void x86_sha256_avx2(u32 *state, const u8 **data, size_t num_blocks)
{
	for (;;) {
		size_t n = min_t(size_t, num_blocks, AVX2_MAX_BLOCKS);

		smbsign_sha256_avx2_x8(state, data, n);
		num_blocks -= n;
		if (!num_blocks)
			return;
		smbsign_fpu_end();
		smbsign_fpu_begin();
	}
}

static void x86_sha256_one_lane(struct smbsign_sha256_lanes *lanes,
				unsigned int lane, size_t num_blocks)
{
	u32 state[SHA256_DIGEST_SIZE / 4];

	for (int i = 0; i < ARRAY_SIZE(state); i++)
		state[i] = lanes->state[i][lane];
	x86_sha256(state, lanes->data[lane], num_blocks);
	for (int i = 0; i < ARRAY_SIZE(state); i++)
		lanes->state[i][lane] = state[i];
	lanes->data[lane] += num_blocks * SHA256_BLOCK_SIZE;
	memzero_explicit(state, sizeof(state));
}

/*
 * Some of the @num lanes from @lane on: how many at most.
 *
 * A block of 16 lanes costs as much as 11 of SHA-NI in pairs and one of 8 as much
 * as 6; without SHA-NI, one of 8 is cheaper than two in C.
 */
static unsigned int x86_sha256_some_lanes(struct smbsign_sha256_lanes *lanes,
					  unsigned int lane, unsigned int num,
					  size_t num_blocks)
{
	bool has_avx512 = x86_has(X86_AVX512);
	bool has_sha_ni = x86_has(X86_SHA_NI);
	u32 *state = &lanes->state[0][lane];
	const u8 **data = &lanes->data[lane];

	if (has_avx512 && num > (has_sha_ni ? 10 : 8)) {
		smbsign_sha256_avx512_x16(state, data, num_blocks);
		return 16;
	}
	if (has_avx512 && num > (has_sha_ni ? 5 : 1)) {
		smbsign_sha256_avx512_x8(state, data, num_blocks);
		return 8;
	}
	if (has_sha_ni && num > 1) {
		smbsign_sha256_ni_x2(state, data, num_blocks);
		return 2;
	}
	if (x86_has(X86_AVX2) && num > 1) {
		x86_sha256_avx2(state, data, num_blocks);
		return 8;
	}
	x86_sha256_one_lane(lanes, lane, num_blocks);
	return 1;
}

static void x86_sha256_lanes(struct smbsign_sha256_lanes *lanes,
			     unsigned int num, size_t num_blocks)
{
	/* What takes more lanes than there are reads lane 0 for the others. */
	for (unsigned int i = num; i < SMBSIGN_MAX_LANES; i++)
		lanes->data[i] = lanes->data[0];
	for (unsigned int i = 0; i < num;)
		i += x86_sha256_some_lanes(lanes, i, num - i, num_blocks);
}
