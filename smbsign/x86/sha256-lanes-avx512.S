/* SPDX-License-Identifier: GPL-2.0-only */
//
// SHA-256 of 8 or 16 messages side by side with AVX-512.
//
// A register holds the same word of all messages, so that the algorithm can be
// written down as if it were for one.  AVX-512 has what SHA-256 is made of:
// rotation, and any function of three bits in one instruction.
//
// Two variants are generated from one macro: 256-bit registers can use a third
// port of many processors, which 512-bit ones cannot, and so are the better deal
// for up to 8 messages.
//
// CPU features: AVX512F, AVX512BW and AVX512VL.
//
// All functions use the System V ABI.

#include <linux/linkage.h>

.section .rodata
.p2align 4

	// A shuffle mask that makes four words out of their big-endian bytes
.Lbswap32_mask:
	.octa	0x0c0d0e0f08090a0b0405060700010203

// Bytes from a word of the state of all lanes to the next word in struct
// smbsign_sha256_lanes
#define LANES_STRIDE	64

// Truth tables of VPTERNLOGD, with the destination's bit the highest in the index
#define TERN_XOR	0x96	// d ^ s1 ^ s2
#define TERN_CH		0xca	// d ? s1 : s2
#define TERN_MAJ	0xe8	// at least two of d, s1, s2

.set	STATE,		%rdi
.set	DATA,		%rsi
.set	NUM_BLOCKS,	%rdx
.set	OFFSET,		%rcx	// bytes done of each message
.set	K,		%r11
.set	K_LAST,		%rax	// round constants 48 to 63
.set	PTR0,		%r8
.set	PTR1,		%r9
.set	PTR2,		%r10
.set	PTR3,		%r11	// not while K is in use

.text

// Set the number of lanes.  Registers: S0-S7, a to h of FIPS 180-4; W0-W15, the
// last 16 words of the message schedule, whose low parts are X0-X15; T0-T5,
// temporaries; BSWAP32_MASK.
.macro	_set_lanes	num
	.set	NUM_LANES,	\num
.if NUM_LANES == 8
	_name_registers	ymm
	.set	BSWAP32_MASK,	%ymm31
.else
	_name_registers	zmm
	.set	BSWAP32_MASK,	%zmm31
.endif
.endm

.macro	_name_registers	v
.irp i, 0,1,2,3,4,5,6,7
	.set	S\i,	%\v\i
.endr
	_name_word	\v, 0,8, 1,9, 2,10, 3,11, 4,12, 5,13, 6,14, 7,15, \
			8,16, 9,17, 10,18, 11,19, 12,20, 13,21, 14,22, 15,23
	.set	T0,	%\v\()24
	.set	T1,	%\v\()25
	.set	T2,	%\v\()26
	.set	T3,	%\v\()27
	.set	T4,	%\v\()28
	.set	T5,	%\v\()29
.endm

.macro	_name_word	v, i, reg, more:vararg
	.set	W\i,	%\v\reg
	.set	X\i,	%xmm\reg
.ifnb \more
	_name_word	\v, \more
.endif
.endm

// \dst = \src + the round constant \i words on from K, in all lanes
.macro	_add_k	i, src, dst
.if NUM_LANES == 8
	vpaddd		(4 * \i)(K){1to8}, \src, \dst
.else
	vpaddd		(4 * \i)(K){1to16}, \src, \dst
.endif
.endm

// 16 bytes, from the place \k * 16 of its block, of each fourth lane to one part
// of \w, whose low part is \x
.macro	_load_words	k, w, x
	vmovdqu32	(16 * \k)(PTR0, OFFSET), \x
.if NUM_LANES == 8
	vinserti32x4	$1, (16 * \k)(PTR1, OFFSET), \w, \w
.else
	vinserti32x4	$1, (16 * \k)(PTR1, OFFSET), \w, \w
	vinserti32x4	$2, (16 * \k)(PTR2, OFFSET), \w, \w
	vinserti32x4	$3, (16 * \k)(PTR3, OFFSET), \w, \w
.endif
	vpshufb		BSWAP32_MASK, \w, \w
.endm

// The whole blocks of lanes \l, \l + 4, ... to W<l>, W<l + 4>, W<l + 8>,
// W<l + 12>, 16 bytes of each lane in each
.macro	_load_lanes	l, w0, x0, w1, x1, w2, x2, w3, x3
	mov		(8 * \l)(DATA), PTR0
	mov		(8 * (\l + 4))(DATA), PTR1
.if NUM_LANES == 16
	mov		(8 * (\l + 8))(DATA), PTR2
	mov		(8 * (\l + 12))(DATA), PTR3
.endif
	_load_words	0, \w0, \x0
	_load_words	1, \w1, \x1
	_load_words	2, \w2, \x2
	_load_words	3, \w3, \x3
.endm

// Four words of a lane in each part of \w0 to \w3 become four lanes of a word.
// Clobbers T0 to T3.
.macro	_transpose	w0, w1, w2, w3
	vpunpckldq	\w1, \w0, T0
	vpunpckhdq	\w1, \w0, T1
	vpunpckldq	\w3, \w2, T2
	vpunpckhdq	\w3, \w2, T3
	vpunpcklqdq	T2, T0, \w0
	vpunpckhqdq	T2, T0, \w1
	vpunpcklqdq	T3, T1, \w2
	vpunpckhqdq	T3, T1, \w3
.endm

// The next blocks of all lanes as words 0 to 15 of the schedule
.macro	_load_blocks
	_load_lanes	0, W0, X0, W4, X4, W8, X8, W12, X12
	_load_lanes	1, W1, X1, W5, X5, W9, X9, W13, X13
	_load_lanes	2, W2, X2, W6, X6, W10, X10, W14, X14
	_load_lanes	3, W3, X3, W7, X7, W11, X11, W15, X15
	_transpose	W0, W1, W2, W3
	_transpose	W4, W5, W6, W7
	_transpose	W8, W9, W10, W11
	_transpose	W12, W13, W14, W15
.endm

// Round \i after K, FIPS 180-4, 6.2.2 step 3: \d becomes the next e and \h the
// next a; the others change their names only.  Clobbers T0 to T5.
.macro	_round	i, w, a, b, c, d, e, f, g, h
	_add_k		\i, \w, T0
	vprord		$6, \e, T1
	vprord		$11, \e, T2
	vprord		$25, \e, T3
	vmovdqa64	\e, T4
	vpaddd		T0, \h, \h
	vpternlogd	$TERN_CH, \g, \f, T4
	vpternlogd	$TERN_XOR, T3, T2, T1		// Sigma1(e)
	vpaddd		T4, \h, \h
	vprord		$2, \a, T2
	vprord		$13, \a, T3
	vprord		$22, \a, T5
	vpaddd		T1, \h, \h			// T1 of FIPS 180-4
	vmovdqa64	\a, T4
	vpternlogd	$TERN_XOR, T5, T3, T2		// Sigma0(a)
	vpternlogd	$TERN_MAJ, \c, \b, T4
	vpaddd		\h, \d, \d
	vpaddd		T4, T2, T2
	vpaddd		T2, \h, \h
.endm

// \w, which the rounds need no more, becomes the word 16 on: \w1, \w9 and \w14
// are those that far on.  Clobbers T0 to T5.
.macro	_schedule	w, w1, w9, w14
	vprord		$7, \w1, T0
	vprord		$18, \w1, T1
	vpsrld		$3, \w1, T2
	vprord		$17, \w14, T3
	vprord		$19, \w14, T4
	vpsrld		$10, \w14, T5
	vpaddd		\w9, \w, \w
	vpternlogd	$TERN_XOR, T2, T1, T0		// sigma0
	vpternlogd	$TERN_XOR, T5, T4, T3		// sigma1
	vpaddd		T0, \w, \w
	vpaddd		T3, \w, \w
.endm

// A round, and if \more the word that takes the place of the round's
.macro	_step	more, i, w, w1, w9, w14, state:vararg
	_round		\i, \w, \state
.if \more
	_schedule	\w, \w1, \w9, \w14
.endif
.endm

// 16 rounds, after which all names are where they were
.macro	_16rounds	more
	_step	\more, 0, W0, W1, W9, W14, S0, S1, S2, S3, S4, S5, S6, S7
	_step	\more, 1, W1, W2, W10, W15, S7, S0, S1, S2, S3, S4, S5, S6
	_step	\more, 2, W2, W3, W11, W0, S6, S7, S0, S1, S2, S3, S4, S5
	_step	\more, 3, W3, W4, W12, W1, S5, S6, S7, S0, S1, S2, S3, S4
	_step	\more, 4, W4, W5, W13, W2, S4, S5, S6, S7, S0, S1, S2, S3
	_step	\more, 5, W5, W6, W14, W3, S3, S4, S5, S6, S7, S0, S1, S2
	_step	\more, 6, W6, W7, W15, W4, S2, S3, S4, S5, S6, S7, S0, S1
	_step	\more, 7, W7, W8, W0, W5, S1, S2, S3, S4, S5, S6, S7, S0
	_step	\more, 8, W8, W9, W1, W6, S0, S1, S2, S3, S4, S5, S6, S7
	_step	\more, 9, W9, W10, W2, W7, S7, S0, S1, S2, S3, S4, S5, S6
	_step	\more, 10, W10, W11, W3, W8, S6, S7, S0, S1, S2, S3, S4, S5
	_step	\more, 11, W11, W12, W4, W9, S5, S6, S7, S0, S1, S2, S3, S4
	_step	\more, 12, W12, W13, W5, W10, S4, S5, S6, S7, S0, S1, S2, S3
	_step	\more, 13, W13, W14, W6, W11, S3, S4, S5, S6, S7, S0, S1, S2
	_step	\more, 14, W14, W15, W7, W12, S2, S3, S4, S5, S6, S7, S0, S1
	_step	\more, 15, W15, W0, W8, W13, S1, S2, S3, S4, S5, S6, S7, S0
.endm

// void smbsign_sha256_avx512_x##NUM_LANES(u32 *state, const u8 **data,
//					   size_t num_blocks);
//
// Puts num_blocks >= 1 blocks each into NUM_LANES lanes of a struct
// smbsign_sha256_lanes: |state| is word 0 of the first of them, and |data| its
// pointer.  All pointers have to be good, and move on.
.macro	_sha256_lanes
	vbroadcasti32x4	.Lbswap32_mask(%rip), BSWAP32_MASK
	xor		%ecx, %ecx

.Lblock\@:
	_load_blocks
	lea		smbsign_sha256_k(%rip), K
	lea		(4 * 48)(K), K_LAST
.irp i, 0,1,2,3,4,5,6,7
	vmovdqu64	(\i * LANES_STRIDE)(STATE), S\i
.endr
.Lrounds\@:
	_16rounds	1
	add		$64, K
	cmp		K_LAST, K
	jne		.Lrounds\@
	_16rounds	0
.irp i, 0,1,2,3,4,5,6,7
	vpaddd		(\i * LANES_STRIDE)(STATE), S\i, S\i
	vmovdqu64	S\i, (\i * LANES_STRIDE)(STATE)
.endr
	add		$64, OFFSET
	dec		NUM_BLOCKS
	jnz		.Lblock\@

	vpbroadcastq	OFFSET, T0
	vpaddq		(DATA), T0, T1
	vpaddq		(4 * NUM_LANES)(DATA), T0, T2
	vmovdqu64	T1, (DATA)
	vmovdqu64	T2, (4 * NUM_LANES)(DATA)
	vzeroupper
	RET
.endm

	_set_lanes	8
SYM_FUNC_START(smbsign_sha256_avx512_x8)
	_sha256_lanes
SYM_FUNC_END(smbsign_sha256_avx512_x8)

	_set_lanes	16
SYM_FUNC_START(smbsign_sha256_avx512_x16)
	_sha256_lanes
SYM_FUNC_END(smbsign_sha256_avx512_x16)
