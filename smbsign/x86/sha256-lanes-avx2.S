/* SPDX-License-Identifier: GPL-2.0-only */
//
// SHA-256 of 8 messages side by side with AVX2, for processors without SHA-NI.
//
// A register holds the same word of all messages, as in sha256-lanes-avx512.S.
// There is no rotation: two shifts make one.  The message schedule does not fit
// into 16 registers beside the state, and lies on the stack; it is made of the
// messages, so that nothing of a key is left there.
//
// CPU features: AVX2.
//
// All functions use the System V ABI.

#include <linux/linkage.h>

.section .rodata
.p2align 5

	// A shuffle mask that makes words out of their big-endian bytes
.Lbswap32_mask:
	.octa	0x0c0d0e0f08090a0b0405060700010203
	.octa	0x0c0d0e0f08090a0b0405060700010203

// Bytes from a word of the state of all lanes to the next word in struct
// smbsign_sha256_lanes
#define LANES_STRIDE	64

// Bytes of one word of the message schedule in all lanes
#define W_SIZE		32

.set	STATE,		%rdi
.set	DATA,		%rsi
.set	NUM_BLOCKS,	%rdx
.set	OFFSET,		%rcx	// bytes done of each message
.set	K,		%r8
.set	K_LAST,		%r9	// round constants 48 to 63
.set	PTR,		%rax

// a to h of FIPS 180-4
.set	S0,	%ymm0
.set	S1,	%ymm1
.set	S2,	%ymm2
.set	S3,	%ymm3
.set	S4,	%ymm4
.set	S5,	%ymm5
.set	S6,	%ymm6
.set	S7,	%ymm7
// Temporaries, but for the last two: a ^ b of this round and of the one before
.set	T0,	%ymm8
.set	T1,	%ymm9
.set	T2,	%ymm10
.set	T3,	%ymm11
.set	XOR0,	%ymm12
.set	XOR1,	%ymm13

.text

// 16 bytes, from the place \k * 16 of their blocks, of lanes \l and \l + 4 to \w,
// whose low part is \x
.macro	_load_words	k, l, w, x
	mov		(8 * \l)(DATA), PTR
	vmovdqu		(16 * \k)(PTR, OFFSET), \x
	mov		(8 * (\l + 4))(DATA), PTR
	vinserti128	$1, (16 * \k)(PTR, OFFSET), \w, \w
	vpshufb		.Lbswap32_mask(%rip), \w, \w
.endm

// Words 4 * \k to 4 * \k + 3 of the next blocks of all lanes.  Four words of a
// lane in each half of a register become four lanes of a word.  Clobbers YMM0 to
// YMM7: the state is not there yet.
.macro	_load_4words	k
	_load_words	\k, 0, %ymm0, %xmm0
	_load_words	\k, 1, %ymm1, %xmm1
	_load_words	\k, 2, %ymm2, %xmm2
	_load_words	\k, 3, %ymm3, %xmm3
	vpunpckldq	%ymm1, %ymm0, %ymm4
	vpunpckhdq	%ymm1, %ymm0, %ymm5
	vpunpckldq	%ymm3, %ymm2, %ymm6
	vpunpckhdq	%ymm3, %ymm2, %ymm7
	vpunpcklqdq	%ymm6, %ymm4, %ymm0
	vpunpckhqdq	%ymm6, %ymm4, %ymm1
	vpunpcklqdq	%ymm7, %ymm5, %ymm2
	vpunpckhqdq	%ymm7, %ymm5, %ymm3
	vmovdqa		%ymm0, (W_SIZE * (4 * \k + 0))(%rsp)
	vmovdqa		%ymm1, (W_SIZE * (4 * \k + 1))(%rsp)
	vmovdqa		%ymm2, (W_SIZE * (4 * \k + 2))(%rsp)
	vmovdqa		%ymm3, (W_SIZE * (4 * \k + 3))(%rsp)
.endm

// \dst ^= \src rotated right by \n.  Clobbers \tmp.
.macro	_xor_ror	n, src, dst, tmp
	vpsrld		$\n, \src, \tmp
	vpxor		\tmp, \dst, \dst
	vpslld		$(32 - \n), \src, \tmp
	vpxor		\tmp, \dst, \dst
.endm

// \dst = \src rotated right by \n.  Clobbers \tmp.
.macro	_ror	n, src, dst, tmp
	vpsrld		$\n, \src, \dst
	vpslld		$(32 - \n), \src, \tmp
	vpxor		\tmp, \dst, \dst
.endm

// Round \i after K, FIPS 180-4, 6.2.2 step 3: \d becomes the next e and \h the
// next a; the others change their names only.
//
// Ch(e, f, g) is ((f ^ g) & e) ^ g, and Maj(a, b, c) is ((a ^ b) & (b ^ c)) ^ b,
// where b ^ c was the a ^ b of the round before: \bc.  \ab is for the next round.
.macro	_round	i, ab, bc, a, b, c, d, e, f, g, h
	vpbroadcastd	(4 * \i)(K), T0
	vpaddd		(W_SIZE * \i)(%rsp), \h, \h
	vpxor		\f, \g, T1
	vpand		\e, T1, T1
	vpxor		\g, T1, T1
	vpaddd		T0, \h, \h
	vpaddd		T1, \h, \h
	_ror		6, \e, T0, T1
	_ror		11, \e, T2, T3
	_xor_ror	25, \e, T0, T1
	vpxor		T2, T0, T0			// Sigma1(e)
	vpaddd		T0, \h, \h			// T1 of FIPS 180-4
	vpxor		\a, \b, \ab
	vpaddd		\h, \d, \d
	_ror		2, \a, T0, T1
	_ror		13, \a, T2, T3
	_xor_ror	22, \a, T0, T1
	vpxor		T2, T0, T0			// Sigma0(a)
	vpand		\ab, \bc, \bc
	vpxor		\b, \bc, \bc
	vpaddd		T0, \h, \h
	vpaddd		\bc, \h, \h
.endm

// Word \i of the schedule, which the rounds need no more, becomes the one 16 on.
// Clobbers T0 to T3.
.macro	_schedule	i
	vmovdqa		(W_SIZE * ((\i + 1) % 16))(%rsp), T3
	vpsrld		$3, T3, T0
	_xor_ror	7, T3, T0, T1
	_xor_ror	18, T3, T0, T2			// sigma0
	vpaddd		(W_SIZE * \i)(%rsp), T0, T0
	vmovdqa		(W_SIZE * ((\i + 14) % 16))(%rsp), T3
	vpaddd		(W_SIZE * ((\i + 9) % 16))(%rsp), T0, T0
	vpsrld		$10, T3, T1
	_xor_ror	17, T3, T1, T2
	_xor_ror	19, T3, T1, T2			// sigma1
	vpaddd		T1, T0, T0
	vmovdqa		T0, (W_SIZE * \i)(%rsp)
.endm

// Rounds \i and \i + 1, and if \more the words that take the place of theirs
.macro	_2rounds	more, i, a, b, c, d, e, f, g, h
	_round		\i, XOR0, XOR1, \a, \b, \c, \d, \e, \f, \g, \h
.if \more
	_schedule	\i
.endif
	_round		(\i + 1), XOR1, XOR0, \h, \a, \b, \c, \d, \e, \f, \g
.if \more
	_schedule	(\i + 1)
.endif
.endm

// 16 rounds, after which all names are where they were
.macro	_16rounds	more
.irp i, 0, 8
	_2rounds	\more, (\i + 0), S0, S1, S2, S3, S4, S5, S6, S7
	_2rounds	\more, (\i + 2), S6, S7, S0, S1, S2, S3, S4, S5
	_2rounds	\more, (\i + 4), S4, S5, S6, S7, S0, S1, S2, S3
	_2rounds	\more, (\i + 6), S2, S3, S4, S5, S6, S7, S0, S1
.endr
.endm

// void smbsign_sha256_avx2_x8(u32 *state, const u8 **data, size_t num_blocks);
//
// Puts num_blocks >= 1 blocks each into 8 neighbouring lanes of a struct
// smbsign_sha256_lanes: |state| is word 0 of the first of them, and |data| its
// pointer.  All pointers have to be good, and move on.
SYM_FUNC_START(smbsign_sha256_avx2_x8)
	push		%rbp
	mov		%rsp, %rbp
	sub		$(16 * W_SIZE), %rsp
	and		$~(W_SIZE - 1), %rsp
	xor		%ecx, %ecx

.Lblock:
	_load_4words	0
	_load_4words	1
	_load_4words	2
	_load_4words	3
	lea		smbsign_sha256_k(%rip), K
	lea		(4 * 48)(K), K_LAST
.irp i, 0,1,2,3,4,5,6,7
	vmovdqu		(\i * LANES_STRIDE)(STATE), S\i
.endr
	vpxor		S1, S2, XOR1
.Lrounds:
	_16rounds	1
	add		$64, K
	cmp		K_LAST, K
	jne		.Lrounds
	_16rounds	0
.irp i, 0,1,2,3,4,5,6,7
	vpaddd		(\i * LANES_STRIDE)(STATE), S\i, S\i
	vmovdqu		S\i, (\i * LANES_STRIDE)(STATE)
.endr
	add		$64, OFFSET
	dec		NUM_BLOCKS
	jnz		.Lblock

	vmovq		OFFSET, %xmm0
	vpbroadcastq	%xmm0, %ymm0
	vpaddq		(DATA), %ymm0, %ymm1
	vpaddq		32(DATA), %ymm0, %ymm2
	vmovdqu		%ymm1, (DATA)
	vmovdqu		%ymm2, 32(DATA)
	vzeroupper
	mov		%rbp, %rsp
	pop		%rbp
	RET
SYM_FUNC_END(smbsign_sha256_avx2_x8)
