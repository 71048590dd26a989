/* SPDX-License-Identifier: GPL-2.0-only */
//
// GHASH and AES-128-GMAC with VPCLMULQDQ, GFNI and VAES, on 512-bit vectors.
//
// Required: AES, VAES, VPCLMULQDQ, GFNI, AVX512F, AVX512BW, AVX512DQ, AVX512VL.
// All functions use the System V ABI, and the caller holds the FPU.
//
// GHASH numbers the coefficients of its polynomials from the most significant bit
// of each byte on.  The usual way around is to reverse the bytes of a block and
// to live with polynomials that are reflected as a whole.  But byte shuffles and
// carryless multiplications wait for the same port.  GF2P8AFFINEQB goes to
// another one, and reverses the bits of each byte: then a block is the polynomial
// in natural order, little-endian, modulo x^128 + x^7 + x^2 + x + 1, and no factor
// of x is left over.  All that is named "natural" below is in that form.
//
// Sums of products are gathered unreduced, as three vectors:
//
//	LO + x^64*(MI + LO + HI) + x^128*HI
//
// where by Karatsuba's identity MI takes one multiplication of sums of halves
// rather than two of halves:
//
//	LO = a_L*b_L,  HI = a_H*b_H,  MI = (a_L + a_H)*(b_L + b_H)

#include <linux/linkage.h>

// struct smbsign_ghash_powers: powers of H from the 68th down to the first,
// then four blocks of zero, so that vectors which reach behind the first power
// multiply by nothing; then the "mids", the sums of the halves.  With power p
// stands that of p in the low half and that of p - 4 in the high one, since
// these two meet in _mul_8_blocks.
#define NUM_POWERS	68
#define OFFSETOF_MIDS	((NUM_POWERS + 4) * 16)
#define POWER(p)	((NUM_POWERS - (p)) * 16)
#define MID(p)		(OFFSETOF_MIDS + POWER(p))

// Blocks in a turn of the main loop, which ends in one reduction.
#define GROUP		64

.section .rodata
.p2align 4

	// As a matrix over bits it reverses those of a byte.
.Lreverse_bits:
	.quad	0x8040201008040201

	// x^7 + x^2 + x: the polynomial without x^128, and without the 1, which is
	// taken care of by swapping halves.
.Lpoly:
	.octa	0x86

.text

.set	KEY,		%rdi	// struct smbsign_ghash_powers
.set	ACC_PTR,	%rsi
.set	DATA,		%rdx
.set	NUM_BLOCKS,	%rcx
.set	POWERS,		%rax	// the power of the next block

.set	A,		%zmm0
.set	B,		%zmm1
.set	X,		%zmm2
.set	T0,		%zmm3
.set	T1,		%zmm4
.set	T2,		%zmm5
.set	T3,		%zmm6
.set	LO,		%zmm8
.set	MI,		%zmm9
.set	HI,		%zmm10
.set	ACC,		%zmm11
.set	POLY,		%zmm12
.set	REVERSE,	%zmm13
.set	H_A,		%zmm14
.set	H_B,		%zmm15
.set	H_X,		%zmm16

.set	EVEN,		%k1	// the low halves of all lanes
.set	ODD,		%k2	// the high ones

.macro	_load_constants
	vpbroadcastq	.Lreverse_bits(%rip), REVERSE
	vbroadcasti32x4	.Lpoly(%rip), POLY
	mov		$0x55, %r10d
	kmovb		%r10d, EVEN
	knotb		EVEN, ODD
.endm

// Load powers, the same one into all lanes if \same, or falling ones.
.macro	_load_powers same, src, dst
.if \same
	vbroadcasti32x4	\src, \dst
.else
	vmovdqu64	\src, \dst
.endif
.endm

// Multiply the 8 blocks at \off(DATA) by the powers at \h_a, \h_b and the mids at
// \h_x, and add the products to LO, MI and HI, or put them there if \first: then
// ACC is added to the first four blocks before.
//
// The sums of halves take no shuffle: the vector loaded from 8 bytes further on
// has the high half of a block where the block has its low one, and that from 8
// bytes before has it the other way around.  So the even quadwords of X become
// the sums of the first four blocks, and the odd ones those of the other four.
// No byte outside of the 8 blocks is touched.
//
// Clobbers A, B, X, T0-T3 and H_*.
.macro	_mul_8_blocks off, same, h_a, h_b, h_x, first
	vmovdqu64	\off(DATA), A
	vmovdqu64	\off+64(DATA), B
	vpxorq		\off+8(DATA), A, X
	vpxorq		\off+56(DATA), B, X{ODD}
	vgf2p8affineqb	$0, REVERSE, A, A
	vgf2p8affineqb	$0, REVERSE, B, B
	vgf2p8affineqb	$0, REVERSE, X, X
	_load_powers	\same, \h_a, H_A
	_load_powers	\same, \h_b, H_B
	_load_powers	\same, \h_x, H_X
.if \first
	vpshufd		$0x4e, ACC, T0
	vpxorq		ACC, A, A
	vpternlogq	$0x96, ACC, T0, X{EVEN}
.endif
	vpclmulqdq	$0x00, H_B, B, T0
	vpclmulqdq	$0x11, H_B, B, T1
	vpclmulqdq	$0x11, H_X, X, T2
.if \first
	vpclmulqdq	$0x00, H_A, A, LO
	vpclmulqdq	$0x11, H_A, A, HI
	vpclmulqdq	$0x00, H_X, X, MI
	vpxorq		T0, LO, LO
	vpxorq		T1, HI, HI
	vpxorq		T2, MI, MI
.else
	vpclmulqdq	$0x00, H_A, A, T3
	vpclmulqdq	$0x11, H_A, A, A
	vpclmulqdq	$0x00, H_X, X, X
	vpternlogq	$0x96, T0, T3, LO
	vpternlogq	$0x96, T1, A, HI
	vpternlogq	$0x96, T2, X, MI
.endif
.endm

// Multiply the blocks in A by those at (POWERS) and add to LO, MI and HI.
// Clobbers A, X, T0-T2 and H_A.
.macro	_mul_4_blocks
	vpshufd		$0x4e, A, X
	vpxorq		A, X, X
	vmovdqu64	(POWERS), H_A
	vpclmulqdq	$0x00, H_A, A, T0
	vpclmulqdq	$0x11, H_A, A, T1
	vpclmulqdq	$0x00, OFFSETOF_MIDS(POWERS), X, T2
	vpxorq		T0, LO, LO
	vpxorq		T1, HI, HI
	vpxorq		T2, MI, MI
.endm

// Reduce \lo, \mi, \hi to \dst, each lane by itself.  Clobbers \mi, \hi, \t0.
//
// x^128 is x^7 + x^2 + x + 1, so what stands at x^192 moves down to x^64 times
// that, and then what stands at x^128 to 1 times that.
.macro	_reduce	lo, mi, hi, dst, poly, t0
	vpternlogq	$0x96, \lo, \hi, \mi		// Karatsuba's sum
	vpclmulqdq	$0x01, \poly, \hi, \t0
	vpshufd		$0x4e, \hi, \hi
	vpternlogq	$0x96, \t0, \hi, \mi
	vpclmulqdq	$0x01, \poly, \mi, \t0
	vpshufd		$0x4e, \mi, \dst
	vpternlogq	$0x96, \t0, \lo, \dst
.endm

// Fold the NUM_BLOCKS >= 1 blocks at DATA into lane 0 of ACC, natural, whose other
// lanes are zero.
//
// The main loop keeps four sums, one a lane, of every fourth block, so that it has
// one power for all lanes and nothing to add up across them.  The powers that
// the lanes lack to one another come with the rest, for which that loop leaves
// four blocks or more: there each block has its own power.
//
// Clobbers all that is named above, but for the constants.
.macro	_ghash_blocks
	cmp		$GROUP + 4, NUM_BLOCKS
	jb		.Lrest\@
.Lgroup\@:
	_mul_8_blocks	0, 1, POWER(64)(KEY), POWER(60)(KEY), MID(64)(KEY), 1
.irp i, 1,2,3,4,5,6,7
	_mul_8_blocks	128*\i, 1, POWER(64-8*\i)(KEY), POWER(60-8*\i)(KEY), \
			MID(64-8*\i)(KEY), 0
.endr
	_reduce		LO, MI, HI, ACC, POLY, T0
	add		$GROUP*16, DATA
	sub		$GROUP, NUM_BLOCKS
	cmp		$GROUP + 4, NUM_BLOCKS
	jae		.Lgroup\@

.Lrest\@:
	mov		NUM_BLOCKS, POWERS
	neg		POWERS
	shl		$4, POWERS
	lea		POWER(0)(KEY, POWERS), POWERS
	cmp		$8, NUM_BLOCKS
	jb		.Lno_eight\@
	_mul_8_blocks	0, 0, (POWERS), 64(POWERS), OFFSETOF_MIDS(POWERS), 1
	vpxorq		ACC, ACC, ACC
	jmp		.Leight_done\@
.Leight\@:
	_mul_8_blocks	0, 0, (POWERS), 64(POWERS), OFFSETOF_MIDS(POWERS), 0
.Leight_done\@:
	sub		$-128, DATA
	sub		$-128, POWERS
	sub		$8, NUM_BLOCKS
	cmp		$8, NUM_BLOCKS
	jae		.Leight\@
	jmp		.Lfour\@

.Lno_eight\@:
	vpxorq		LO, LO, LO
	vpxorq		MI, MI, MI
	vpxorq		HI, HI, HI
.Lfour\@:
	cmp		$4, NUM_BLOCKS
	jb		.Llast\@
	vmovdqu64	(DATA), A
	vgf2p8affineqb	$0, REVERSE, A, A
	vpxorq		ACC, A, A
	_mul_4_blocks
	vpxorq		ACC, ACC, ACC
	add		$64, DATA
	add		$64, POWERS
	sub		$4, NUM_BLOCKS
.Llast\@:
	test		NUM_BLOCKS, NUM_BLOCKS
	jz		.Lsum\@

	// 1 to 3 blocks: two bits of a mask for each
	lea		(NUM_BLOCKS, NUM_BLOCKS), %r10d
	mov		$-1, %r11d
	bzhi		%r10d, %r11d, %r11d
	kmovb		%r11d, %k3
	vmovdqu64	(DATA), A{%k3}{z}
	vgf2p8affineqb	$0, REVERSE, A, A
	vpxorq		ACC, A, A
	_mul_4_blocks

.Lsum\@:
	_reduce		LO, MI, HI, ACC, POLY, T0
	vextracti64x4	$1, ACC, %ymm0
	vpxorq		%ymm0, %ymm11, %ymm11
	vextracti128	$1, %ymm11, %xmm0
	vpxor		%xmm0, %xmm11, %xmm11
.endm

// void smbsign_ghash_vaes_avx512(const struct smbsign_ghash_powers *key,
//				  u8 acc[16], const u8 *data,
//				  size_t num_blocks);
//
// Fold num_blocks >= 1 blocks into acc.
SYM_FUNC_START(smbsign_ghash_vaes_avx512)
	_load_constants
	vmovdqu		(ACC_PTR), %xmm11
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	_ghash_blocks
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vmovdqu		%xmm11, (ACC_PTR)
	vzeroupper
	RET
SYM_FUNC_END(smbsign_ghash_vaes_avx512)
