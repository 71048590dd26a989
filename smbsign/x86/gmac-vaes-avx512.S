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

#include <linux/cfi_types.h>
#include <linux/linkage.h>

// struct smbsign_ghash_powers begins with the natural powers of H, from the 72nd
// down to the first, then four blocks of zero, so that vectors which reach behind
// the first power multiply by nothing; then there are the "mids", the sums of the
// halves.  With power p stands that of p in the low half and that of p - 4 in the
// high one, since these two meet in _mul_8_blocks.
#define NUM_POWERS	72
#define OFFSETOF_MIDS	((NUM_POWERS + 4) * 16)
#define POWER(p)	((NUM_POWERS - (p)) * 16)
#define MID(p)		(OFFSETOF_MIDS + POWER(p))

// The same for the other engines, reflected, with a pad of two blocks and mids that
// have that of p - 2 in the high half, see gmac-avx.S.
#define NUM_REFLECTED	20
#define OFFSETOF_REFLECTED	(2 * OFFSETOF_MIDS)
#define OFFSETOF_REFLECTED_MIDS	(OFFSETOF_REFLECTED + (NUM_REFLECTED + 2) * 16)

// In struct smbsign_gmac_key, which begins with the round keys of AES.
#define OFFSETOF_POWERS	552

// Up to so many blocks 128-bit code is faster.
#define FEW_BLOCKS	9

// Blocks in a turn of the main loop, which ends in one reduction.
#define GROUP		64

.section .rodata
.p2align 4

	// x^7 + x^2 + x: the polynomial without x^128, and without the 1, which is
	// taken care of by swapping halves.
.Lpoly:
	.octa	0x86

	// What the reflected polynomial leaves of x^128
.Lreflected_poly:
	.octa	0xc2000000000000000000000000000000

.Lreverse_bytes:
	.octa	0x000102030405060708090a0b0c0d0e0f

	// The last four bytes of the first counter block, behind the nonce
.Lcounter:
	.quad	0x0100000000000000, 0

	// As a matrix over bits it reverses those of a byte.
.Lreverse_bits:
	.quad	0x8040201008040201

.text

.set	KEY,		%rdi	// struct smbsign_ghash_powers
.set	ACC_PTR,	%rsi
.set	DATA,		%rdx
.set	NUM_BLOCKS,	%rcx
.set	HEAD,		%r8	// four blocks that come before those at DATA, or NULL
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
// \h_x, and add the products to LO, MI and HI.  If \first, ACC is added to the first
// four blocks before.
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
	vpclmulqdq	$0x00, H_A, A, T3
	vpclmulqdq	$0x11, H_A, A, A
	vpclmulqdq	$0x00, H_X, X, X
	vpternlogq	$0x96, T0, T3, LO
	vpternlogq	$0x96, T1, A, HI
	vpternlogq	$0x96, T2, X, MI
.endm

.macro	_clear_sums
	vpxorq		LO, LO, LO
	vpxorq		MI, MI, MI
	vpxorq		HI, HI, HI
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

// Begin LO, MI and HI with the products of the blocks at HEAD and the powers in H_A,
// whose mids are in H_X, and ACC with nothing.  Clobbers A and X.
.macro	_begin_with_head
	vmovdqu64	(HEAD), A
	vgf2p8affineqb	$0, REVERSE, A, A
	vpshufd		$0x4e, A, X
	vpxorq		A, X, X
	vpclmulqdq	$0x00, H_A, A, LO
	vpclmulqdq	$0x11, H_A, A, HI
	vpclmulqdq	$0x00, H_X, X, MI
	vpxorq		ACC, ACC, ACC
.endm

// Begin ACC with the four accumulators, and LO, MI and HI with nothing.
.macro	_begin_with_lanes
	vmovdqu64	(ACC_PTR), ACC
	vgf2p8affineqb	$0, REVERSE, ACC, ACC
	_clear_sums
.endm

// Reduce \lo + x^64*\mi + x^128*\hi to \dst, each lane by itself.  Clobbers \mi,
// \hi and \t0.
//
// x^128 is x^7 + x^2 + x + 1, so what stands at x^192 moves down to x^64 times
// that, and then what stands at x^128 to 1 times that.
.macro	_reduce	lo, mi, hi, dst, poly, t0
	vpclmulqdq	$0x01, \poly, \hi, \t0
	vpshufd		$0x4e, \hi, \hi
	vpternlogq	$0x96, \t0, \hi, \mi
	vpclmulqdq	$0x01, \poly, \mi, \t0
	vpshufd		$0x4e, \mi, \dst
	vpternlogq	$0x96, \t0, \lo, \dst
.endm

// Point POWERS to that of the first of NUM_BLOCKS blocks.
.macro	_find_powers
	mov		NUM_BLOCKS, POWERS
	neg		POWERS
	shl		$4, POWERS
	lea		POWER(0)(KEY, POWERS), POWERS
.endm

// Fold a group of blocks at DATA and what LO, MI and HI begin with into the four
// lanes of ACC, every fourth block into one: all are multiplied by the same power.
// The first blocks, which ACC is added to, come last: the group before has been reduced
// by then.
//
// Clobbers all that is named above, but for the constants; clears LO, MI and HI, moves
// DATA on, and takes from NUM_BLOCKS.
.macro	_ghash_group
.irp i, 1,2,3,4,5,6,7
	_mul_8_blocks	128*\i, 1, POWER(64-8*\i)(KEY), POWER(60-8*\i)(KEY), \
			MID(64-8*\i)(KEY), 0
.endr
	_mul_8_blocks	0, 1, POWER(64)(KEY), POWER(60)(KEY), MID(64)(KEY), 1
	vpternlogq	$0x96, LO, HI, MI
	_reduce		LO, MI, HI, ACC, POLY, T0
	_clear_sums
	add		$GROUP*16, DATA
	sub		$GROUP, NUM_BLOCKS
.endm

// Fold the NUM_BLOCKS >= 1 blocks at DATA and what LO, MI and HI begin with into ACC,
// natural, the sum to lane 0.  Where there are less than four blocks, only lane 0 may be
// other than zero.
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
	_ghash_group
	cmp		$GROUP + 4, NUM_BLOCKS
	jae		.Lgroup\@

.Lrest\@:
	_find_powers
	cmp		$8, NUM_BLOCKS
	jb		.Lfour\@
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
	vpternlogq	$0x96, LO, HI, MI
	_reduce		LO, MI, HI, ACC, POLY, T0
	vextracti64x4	$1, ACC, %ymm0
	vpxorq		%ymm0, %ymm11, %ymm11
	vextracti128	$1, %ymm11, %xmm0
	vpxor		%xmm0, %xmm11, %xmm11
.endm

// Fold the NUM_BLOCKS >= 1 blocks at DATA into the accumulator at ACC_PTR, the
// result to xmm11, natural.
//
// With few blocks there is nothing to gain by lanes.  Halves are loaded by
// themselves: Karatsuba's sums then take no shuffle either, and what C has just
// written by quadwords is there at once, while a wider load would wait until all
// of it has gone to the cache.
//
// Clobbers xmm0-xmm6, xmm8-xmm13.
.macro	_ghash_few_blocks
	vmovddup	.Lreverse_bits(%rip), %xmm13
	vmovdqa		.Lpoly(%rip), %xmm12
	_find_powers
	vmovq		(ACC_PTR), %xmm0
	vmovq		8(ACC_PTR), %xmm1
	vmovq		(DATA), %xmm3
	vmovq		8(DATA), %xmm4
	vpxor		%xmm3, %xmm0, %xmm0
	vpxor		%xmm4, %xmm1, %xmm1
	vgf2p8affineqb	$0, %xmm13, %xmm0, %xmm0
	vgf2p8affineqb	$0, %xmm13, %xmm1, %xmm1
	vpxor		%xmm0, %xmm1, %xmm2
	vpclmulqdq	$0x00, (POWERS), %xmm0, %xmm8
	vpclmulqdq	$0x10, (POWERS), %xmm1, %xmm10
	vpclmulqdq	$0x00, OFFSETOF_MIDS(POWERS), %xmm2, %xmm9
	dec		NUM_BLOCKS
	jz		.Lfew_sum\@
.Lnext\@:
	add		$16, DATA
	add		$16, POWERS
	vmovq		(DATA), %xmm0
	vmovq		8(DATA), %xmm1
	vgf2p8affineqb	$0, %xmm13, %xmm0, %xmm0
	vgf2p8affineqb	$0, %xmm13, %xmm1, %xmm1
	vpxor		%xmm0, %xmm1, %xmm2
	vpclmulqdq	$0x00, (POWERS), %xmm0, %xmm3
	vpclmulqdq	$0x10, (POWERS), %xmm1, %xmm4
	vpclmulqdq	$0x00, OFFSETOF_MIDS(POWERS), %xmm2, %xmm5
	vpxor		%xmm3, %xmm8, %xmm8
	vpxor		%xmm4, %xmm10, %xmm10
	vpxor		%xmm5, %xmm9, %xmm9
	dec		NUM_BLOCKS
	jnz		.Lnext\@
.Lfew_sum\@:
	vpternlogq	$0x96, %xmm8, %xmm10, %xmm9
	_reduce		%xmm8, %xmm9, %xmm10, %xmm11, %xmm12, %xmm3
.endm

// The same with wide vectors
.macro	_ghash_many_blocks
	_load_constants
	vmovq		(ACC_PTR), %xmm11
	vpinsrq		$1, 8(ACC_PTR), %xmm11, %xmm11
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	_clear_sums
	_ghash_blocks
.endm

// void smbsign_ghash_vaes_avx512(const struct smbsign_ghash_powers *key,
//				  u8 acc[16], const u8 *data,
//				  size_t num_blocks);
//
// Fold num_blocks >= 1 blocks into acc.
SYM_FUNC_START(smbsign_ghash_vaes_avx512)
	cmp		$FEW_BLOCKS, NUM_BLOCKS
	ja		.Lghash_many
	_ghash_few_blocks
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vmovdqu		%xmm11, (ACC_PTR)
	RET
.Lghash_many:
	_ghash_many_blocks
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vmovdqu		%xmm11, (ACC_PTR)
	vzeroupper
	RET
SYM_FUNC_END(smbsign_ghash_vaes_avx512)

// void smbsign_ghash_lanes_vaes_avx512(const struct smbsign_ghash_powers *key,
//					u8 acc[4][16], const u8 *data,
//					size_t num_blocks, const u8 head[64]);
//
// Fold num_blocks, a multiple of 64, into four accumulators, which are not added up.
// Where there is a head, acc is only written: it begins with these four blocks.
SYM_FUNC_START(smbsign_ghash_lanes_vaes_avx512)
	_load_constants
	test		HEAD, HEAD
	jz		.Llanes_no_head
	_load_powers	1, POWER(GROUP+4)(KEY), H_A
	_load_powers	1, MID(GROUP+4)(KEY), H_X
	_begin_with_head
	jmp		.Llanes_group
.Llanes_no_head:
	_begin_with_lanes
.Llanes_group:
	_ghash_group
	jnz		.Llanes_group
	vgf2p8affineqb	$0, REVERSE, ACC, ACC
	vmovdqu64	ACC, (ACC_PTR)
	vzeroupper
	RET
SYM_FUNC_END(smbsign_ghash_lanes_vaes_avx512)

// void smbsign_ghash_join_vaes_avx512(const struct smbsign_ghash_powers *key,
//				       u8 acc[4][16], const u8 *data,
//				       size_t num_blocks, const u8 head[64]);
//
// Fold num_blocks >= 4 blocks into four accumulators, and add these up to the first.
// Where there is a head, acc is only written, and only the first.
SYM_FUNC_START(smbsign_ghash_join_vaes_avx512)
	_load_constants
	test		HEAD, HEAD
	jz		.Ljoin_no_head
	_load_powers	1, POWER(GROUP+4)(KEY), H_A
	_load_powers	1, MID(GROUP+4)(KEY), H_X
	cmp		$GROUP + 4, NUM_BLOCKS
	jae		.Ljoin_head
	_find_powers
	_load_powers	0, -64(POWERS), H_A
	_load_powers	0, OFFSETOF_MIDS-64(POWERS), H_X
.Ljoin_head:
	_begin_with_head
	jmp		.Ljoin
.Ljoin_no_head:
	_begin_with_lanes
.Ljoin:
	_ghash_blocks
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vmovdqu		%xmm11, (ACC_PTR)
	vzeroupper
	RET
SYM_FUNC_END(smbsign_ghash_join_vaes_avx512)

// void smbsign_gmac_final_vaes_avx512(const struct smbsign_gmac_key *key,
//				       const u8 acc[16], const u8 *data,
//				       size_t num_blocks, const u8 nonce[12],
//				       u8 tag[16]);
//
// tag = AES(nonce || 1) + acc with num_blocks >= 1 blocks folded in.  The ten
// rounds of AES run beside the multiplications: they are another port's.
SYM_TYPED_FUNC_START(smbsign_gmac_final_vaes_avx512)
	.set		NONCE,		%r8
	.set		TAG,		%r9
	.set		MASK,		%xmm17

	vmovq		(NONCE), %xmm0
	vmovd		8(NONCE), %xmm1
	vpor		.Lcounter(%rip), %xmm1, %xmm1
	vpunpcklqdq	%xmm1, %xmm0, %xmm0
	vpxorq		(%rdi), %xmm0, MASK
.irp i, 1,2,3,4,5,6,7,8,9
	vaesenc		16*\i(%rdi), MASK, MASK
.endr
	vaesenclast	160(%rdi), MASK, MASK
	add		$OFFSETOF_POWERS, KEY

	cmp		$FEW_BLOCKS, NUM_BLOCKS
	ja		.Lfinal_many
	_ghash_few_blocks
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vpxorq		MASK, %xmm11, %xmm11
	vmovdqu		%xmm11, (TAG)
	RET
.Lfinal_many:
	_ghash_many_blocks
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vpxorq		MASK, %xmm11, %xmm11
	vmovdqu		%xmm11, (TAG)
	vzeroupper
	RET
SYM_FUNC_END(smbsign_gmac_final_vaes_avx512)

// \dst = \a * \b, natural and reduced, each lane by itself.  \t0 to \t3 are
// temporaries of the same size.
.macro	_mul	a, b, dst, poly, t0, t1, t2, t3
	vpclmulqdq	$0x00, \a, \b, \t0
	vpclmulqdq	$0x01, \a, \b, \t1
	vpclmulqdq	$0x10, \a, \b, \t2
	vpclmulqdq	$0x11, \a, \b, \t3
	vpxorq		\t2, \t1, \t1
	_reduce		\t0, \t1, \t3, \dst, \poly, \t2
.endm

// Store the four powers in \v, the highest of them that of \off, and the mids that
// belong to them; \x becomes their sums of halves, and \x_below has those of the
// four powers below.
.macro	_store_powers	v, off, x, x_below
	vpshufd		$0x4e, \v, \x
	vpxorq		\v, \x, \x
	vpunpcklqdq	\x_below, \x, T3
	vmovdqu64	\v, \off(POWERS)
	vmovdqu64	T3, OFFSETOF_MIDS+\off(POWERS)
.endm

// The same for the four powers in \v, natural, made reflected: the bytes in reverse
// order, times x, because the product of two reflected polynomials lacks it.
// Clobbers \v, T0 and T1.
.macro	_store_reflected	v, off, x, x_below
	vgf2p8affineqb	$0, REVERSE, \v, \v
	vpshufb		BYTES, \v, \v
	vpsrlq		$63, \v, T0
	vpshufd		$0x4e, T0, T0
	vpshufd		$0xff, \v, T1
	vpsrad		$31, T1, T1
	vpaddq		\v, \v, \v
	vporq		T0, \v, \v
	vpandq		REFLECTED_POLY, T1, T1
	vpxorq		T1, \v, \v

	vpshufd		$0x4e, \v, \x
	vpxorq		\v, \x, \x
	valignq		$4, \x, \x_below, T0
	vpunpcklqdq	T0, \x, T0
	vmovdqu64	\v, \off(REFLECTED)
	vmovdqu64	T0, OFFSETOF_REFLECTED_MIDS-OFFSETOF_REFLECTED+\off(REFLECTED)
.endm

// void smbsign_ghash_powers_vaes_avx512(struct smbsign_ghash_powers *key,
//					 const u8 h[16]);
//
// Compute all powers.  The pads are left alone; they must be zero already.
SYM_FUNC_START(smbsign_ghash_powers_vaes_avx512)
	.set		H,		%rsi
	.set		REFLECTED,	%r8
	.set		COUNT,		%ecx
	.set		V0,		%zmm16	// powers 4k to 4k - 3
	.set		V1,		%zmm17	// powers 4k + 4 to 4k + 1
	.set		H8,		%zmm18
	.set		X0,		%zmm19	// sums of the halves of V0
	.set		X1,		%zmm20
	.set		BYTES,		%zmm21
	.set		REFLECTED_POLY,	%zmm22
	.set		R,		%zmm23
	.set		RX0,		%zmm24
	.set		RX1,		%zmm25

	_load_constants
	vbroadcasti32x4	.Lreverse_bytes(%rip), BYTES
	vbroadcasti32x4	.Lreflected_poly(%rip), REFLECTED_POLY

	// H to H^4, then H^8 to H^5, from the right to the left
	vmovdqu		(H), %xmm0
	vgf2p8affineqb	$0, %xmm13, %xmm0, %xmm0
	_mul		%xmm0, %xmm0, %xmm1, %xmm12, %xmm3, %xmm4, %xmm5, %xmm6
	_mul		%xmm0, %xmm1, %xmm2, %xmm12, %xmm3, %xmm4, %xmm5, %xmm6
	_mul		%xmm1, %xmm1, %xmm7, %xmm12, %xmm3, %xmm4, %xmm5, %xmm6
	vinserti128	$1, %xmm0, %ymm1, %ymm1
	vinserti128	$1, %xmm2, %ymm7, %ymm0
	vinserti64x4	$1, %ymm1, %zmm0, V0
	vshufi64x2	$0, V0, V0, H8
	_mul		V0, H8, V1, POLY, T0, T1, T2, T3
	vshufi64x2	$0, V1, V1, H8

	lea		POWER(4)(KEY), POWERS
	vpxorq		X1, X1, X1
	_store_powers	V0, 0, X0, X1
	_store_powers	V1, -64, X1, X0

	// All reflected ones but the last four
	lea		OFFSETOF_REFLECTED+(NUM_REFLECTED-4)*16(KEY), REFLECTED
	vpxorq		RX1, RX1, RX1
	mov		$2, COUNT
.Lreflected:
	vmovdqa64	V0, R
	_store_reflected R, 0, RX0, RX1
	vmovdqa64	V1, R
	_store_reflected R, -64, RX1, RX0
	add		$-128, REFLECTED
	add		$-128, POWERS
	_mul		V0, H8, V0, POLY, T0, T1, T2, T3
	_mul		V1, H8, V1, POLY, T0, T1, T2, T3
	_store_powers	V0, 0, X0, X1
	_store_powers	V1, -64, X1, X0
	dec		COUNT
	jnz		.Lreflected
	vmovdqa64	V0, R
	_store_reflected R, 0, RX0, RX1

	mov		$(NUM_POWERS/8-3), COUNT
.Lpowers:
	add		$-128, POWERS
	_mul		V0, H8, V0, POLY, T0, T1, T2, T3
	_mul		V1, H8, V1, POLY, T0, T1, T2, T3
	_store_powers	V0, 0, X0, X1
	_store_powers	V1, -64, X1, X0
	dec		COUNT
	jnz		.Lpowers

	vzeroupper
	RET
SYM_FUNC_END(smbsign_ghash_powers_vaes_avx512)
