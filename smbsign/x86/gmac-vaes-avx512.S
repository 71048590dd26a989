/* SPDX-License-Identifier: GPL-2.0-only */
//
// GHASH and AES-128-GMAC with VPCLMULQDQ, GFNI and VAES, on 512-bit vectors.
//
// Required: AES, VAES, VPCLMULQDQ, GFNI, AVX512F, AVX512BW, AVX512DQ, AVX512VL.
// All functions use the System V ABI, and the caller holds the FPU.
//
// Polynomials are in the natural form, see ghash-avx512-asm.S.
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
#include "ghash-avx512-asm.S"

// In struct smbsign_gmac_key, which begins with the round keys of AES.
#define OFFSETOF_POWERS	552

// Up to so many blocks 128-bit code is faster.
#define FEW_BLOCKS	9

// Blocks in a turn of the main loop, which ends in one reduction.
#define GROUP		64

.section .rodata
.p2align 4

	// The last four bytes of the first counter block, behind the nonce
.Lcounter:
	.quad	0x0100000000000000, 0

.text

.set	ACC_PTR,	%rsi
.set	DATA,		%rdx
.set	NUM_BLOCKS,	%rcx
.set	HEAD,		%r8	// four blocks that come before those at DATA, or NULL
.set	LEFT,		%rsi	// bytes at DATA
.set	FIRST,		%r8	// the powers of what is in ACC, from those of the next block
.set	OUT,		%r9	// where the result goes
.set	LO,		%zmm8
.set	MI,		%zmm9
.set	HI,		%zmm10
.set	ACC,		%zmm11
.set	H_A,		%zmm14
.set	H_B,		%zmm15
.set	H_X,		%zmm16
.set	MASK,		%xmm17	// what is added to the result
.set	LENGTHS,	%xmm18	// the block behind the last byte, or zero

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

// Multiply the blocks in A by the powers at (\powers) and add to LO, MI and HI.
// Clobbers A, X, T0-T2 and H_A.
.macro	_mul_4_blocks	powers=POWERS
	vpshufd		$0x4e, A, X
	vpxorq		A, X, X
	vmovdqu64	(\powers), H_A
	vpclmulqdq	$0x00, H_A, A, T0
	vpclmulqdq	$0x11, H_A, A, T1
	vpclmulqdq	$0x00, OFFSETOF_MIDS(\powers), X, T2
	vpxorq		T0, LO, LO
	vpxorq		T1, HI, HI
	vpxorq		T2, MI, MI
.endm

// Point POWERS to that of the first of NUM_BLOCKS blocks.
.macro	_find_powers
	mov		NUM_BLOCKS, POWERS
	neg		POWERS
	shl		$4, POWERS
	lea		POWER(0)(KEY, POWERS), POWERS
.endm

// ACC = the four accumulators at \src
.macro	_load_lanes	src
	vmovdqu64	(\src), ACC
	vgf2p8affineqb	$0, REVERSE, ACC, ACC
.endm

// ACC = the blocks at HEAD.  C has just written them by quadwords, see
// _ghash_few_blocks.  Clobbers T0-T3.
.macro	_load_head
	vmovq		(HEAD), %xmm11
	vmovq		16(HEAD), %xmm4
	vmovq		32(HEAD), %xmm5
	vmovq		48(HEAD), %xmm6
	vmovhps		8(HEAD), %xmm11, %xmm11
	vmovhps		24(HEAD), %xmm4, %xmm4
	vmovhps		40(HEAD), %xmm5, %xmm5
	vmovhps		56(HEAD), %xmm6, %xmm6
	vinserti128	$1, %xmm4, %ymm11, %ymm11
	vinserti128	$1, %xmm6, %ymm5, %ymm5
	vinserti64x4	$1, %ymm5, ACC, ACC
	vgf2p8affineqb	$0, REVERSE, ACC, ACC
.endm

// Make four accumulators of the blocks of the head.  Clobbers A, X, T0-T2 and H_A.
.macro	_head_to_lanes
	_load_powers	1, POWER(4)(KEY), H_A
	_load_powers	1, MID(4)(KEY), T2
	vpshufd		$0x4e, ACC, X
	vpxorq		ACC, X, X
	vpclmulqdq	$0x00, H_A, ACC, A
	vpclmulqdq	$0x11, H_A, ACC, T1
	vpclmulqdq	$0x00, T2, X, X
	vpternlogq	$0x96, A, T1, X
	_reduce		A, X, T1, ACC, POLY, T0
.endm

// Fold a group of blocks at DATA into the four lanes of ACC, every fourth block into
// one: all are multiplied by the same power.  The first blocks, which ACC is added to,
// come last: what ACC comes from is done by then.
//
// Clobbers the vectors that are named above, but for the constants.
.macro	_ghash_group
	_clear_sums
.irp i, 1,2,3,4,5,6,7
	_mul_8_blocks	128*\i, 1, POWER(64-8*\i)(KEY), POWER(60-8*\i)(KEY), \
			MID(64-8*\i)(KEY), 0
.endr
	_mul_8_blocks	0, 1, POWER(64)(KEY), POWER(60)(KEY), MID(64)(KEY), 1
	vpternlogq	$0x96, LO, HI, MI
	_reduce		LO, MI, HI, ACC, POLY, T0
.endm

// Multiply blocks of the rest, a multiple of 8, by their own powers.
.macro	_mul_rest	num
.set I, 0
.rept \num / 8
	_mul_8_blocks	128*I, 0, 128*I(POWERS), 128*I+64(POWERS), \
			OFFSETOF_MIDS+128*I(POWERS), 0
.set I, I + 1
.endr
	add		$\num*16, DATA
	add		$\num*16, POWERS
	sub		$\num*16, LEFT
.endm

// Fold the LEFT bytes at DATA and LENGTHS, NUM_BLOCKS in all, into ACC.  Add MASK, and
// store the result at OUT.
//
// The main loop keeps four sums, one a lane, of every fourth block, so that it has
// one power for all lanes and nothing to add up across them.  The powers that
// the lanes lack to one another come with the rest, for which that loop leaves
// four blocks or more: there each block has its own power.  What is in ACC is multiplied
// by itself, when all the rest is done, so that nothing waits for it: FIRST is 0 if ACC
// belongs to the first blocks of the rest, or -64 if it has the blocks before them.
SYM_FUNC_START_LOCAL(smbsign_ghash_fold)
	cmp		$GROUP + 4, NUM_BLOCKS
	jb		.Lrest
.Lgroup:
	_ghash_group
	add		$GROUP*16, DATA
	sub		$GROUP*16, LEFT
	sub		$GROUP, NUM_BLOCKS
	cmp		$GROUP + 4, NUM_BLOCKS
	jae		.Lgroup

.Lrest:
	_find_powers
	add		POWERS, FIRST
	_clear_sums
	cmp		$512, LEFT
	jb		.Lsixteen
.Lthirty_two:
	_mul_rest	32
	cmp		$512, LEFT
	jae		.Lthirty_two
.Lsixteen:
	test		$256, LEFT
	jz		.Leight
	_mul_rest	16
.Leight:
	test		$128, LEFT
	jz		.Lfour
	_mul_rest	8
.Lfour:
	test		$64, LEFT
	jz		.Llast
	vmovdqu64	(DATA), A
	vgf2p8affineqb	$0, REVERSE, A, A
	_mul_4_blocks
	add		$64, DATA
	add		$64, POWERS
	sub		$64, LEFT

	// Up to 63 bytes, a bit of a mask for each.  LENGTHS comes right behind them, if
	// that leaves room for it.  Without any there may be no page either: a masked load
	// from there would be slow.
.Llast:
	vpxorq		A, A, A
	test		LEFT, LEFT
	jz		.Llengths
	mov		$-1, %r10
	bzhi		LEFT, %r10, %r10
	kmovq		%r10, %k3
	vmovdqu8	(DATA), A{%k3}{z}
	cmp		$48, LEFT
	jbe		.Llengths
	vgf2p8affineqb	$0, REVERSE, A, A
	_mul_4_blocks
	vpxorq		A, A, A
	add		$64, POWERS
	xor		%esi, %esi
.Llengths:
	lea		15(LEFT), %rcx
	shr		$4, %ecx
	add		%ecx, %ecx
	mov		$3, %r10d
	shlx		%ecx, %r10d, %r10d
	kmovb		%r10d, %k3
	vshufi64x2	$0, %zmm18, %zmm18, A{%k3}
	vgf2p8affineqb	$0, REVERSE, A, A
	_mul_4_blocks
	vmovdqa64	ACC, A
	_mul_4_blocks	FIRST

	vpternlogq	$0x96, LO, HI, MI
	_reduce		LO, MI, HI, ACC, POLY, T0
	vextracti64x4	$1, ACC, %ymm0
	vpxorq		%ymm0, %ymm11, %ymm11
	vextracti128	$1, %ymm11, %xmm0
	vpxor		%xmm0, %xmm11, %xmm11
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vpxorq		MASK, %xmm11, %xmm11
	vmovdqu		%xmm11, (OUT)
	vzeroupper
	RET
SYM_FUNC_END(smbsign_ghash_fold)

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

// smbsign_ghash_fold for whole blocks and nothing behind them
.macro	_fold_blocks
	xor		%r8d, %r8d
	mov		NUM_BLOCKS, LEFT
	shl		$4, LEFT
	vpxorq		LENGTHS, LENGTHS, LENGTHS
	jmp		smbsign_ghash_fold
.endm

// The same with wide vectors, and the result, with MASK added, to OUT.
.macro	_ghash_many_blocks
	_load_constants
	vmovq		(ACC_PTR), %xmm11
	vpinsrq		$1, 8(ACC_PTR), %xmm11, %xmm11
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	_fold_blocks
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
	mov		ACC_PTR, OUT
	vpxorq		MASK, MASK, MASK
	_ghash_many_blocks
SYM_FUNC_END(smbsign_ghash_vaes_avx512)

// void smbsign_ghash_lanes_vaes_avx512(const struct smbsign_ghash_powers *key,
//					u8 acc[4][16], const struct kvec *iov,
//					size_t num_iov, const u8 head[64]);
//
// Fold num_iov >= 1 pieces, of a group or more each, into four accumulators, which are not
// added up.  Where there is a head, acc is only written: it begins with these four blocks.
SYM_FUNC_START(smbsign_ghash_lanes_vaes_avx512)
	.set		NUM_IOV,	%rcx
	.set		IOV,		%r9
	.set		LEN,		%r10

	mov		%rdx, IOV
	_load_constants
	test		HEAD, HEAD
	jz		.Llanes_no_head
	_load_head
	_head_to_lanes
	jmp		.Llanes_piece
.Llanes_no_head:
	_load_lanes	ACC_PTR
.Llanes_piece:
	mov		(IOV), DATA
	mov		8(IOV), LEN
	add		$16, IOV
.Llanes_group:
	_ghash_group
	add		$GROUP*16, DATA
	sub		$GROUP*16, LEN
	jnz		.Llanes_group
	dec		NUM_IOV
	jnz		.Llanes_piece
	vgf2p8affineqb	$0, REVERSE, ACC, ACC
	vmovdqu64	ACC, (ACC_PTR)
	vzeroupper
	RET
SYM_FUNC_END(smbsign_ghash_lanes_vaes_avx512)

// void smbsign_ghash_join_vaes_avx512(const struct smbsign_ghash_powers *key,
//				       u8 acc[4][16], const u8 *data,
//				       size_t num_blocks);
//
// Fold num_blocks >= 4 blocks into four accumulators, and add these up to the first.
SYM_FUNC_START(smbsign_ghash_join_vaes_avx512)
	_load_constants
	_load_lanes	ACC_PTR
	mov		ACC_PTR, OUT
	vpxorq		MASK, MASK, MASK
	_fold_blocks
SYM_FUNC_END(smbsign_ghash_join_vaes_avx512)

// MASK = AES(nonce || 1).  KEY, that of GMAC, becomes that of GHASH.
.macro	_gmac_mask	nonce
	vmovq		(\nonce), %xmm0
	vmovd		8(\nonce), %xmm1
	vpor		.Lcounter(%rip), %xmm1, %xmm1
	vpunpcklqdq	%xmm1, %xmm0, %xmm0
	vpxorq		(KEY), %xmm0, MASK
.irp i, 1,2,3,4,5,6,7,8,9
	vaesenc		16*\i(KEY), MASK, MASK
.endr
	vaesenclast	160(KEY), MASK, MASK
	add		$OFFSETOF_POWERS, KEY
.endm

// void smbsign_gmac_final_vaes_avx512(const struct smbsign_gmac_key *key,
//				       const u8 acc[16], const u8 *data,
//				       size_t num_blocks, const u8 nonce[12],
//				       u8 tag[16]);
//
// tag = AES(nonce || 1) + acc with num_blocks >= 1 blocks folded in.  The ten
// rounds of AES run beside the multiplications: they are another port's.
SYM_TYPED_FUNC_START(smbsign_gmac_final_vaes_avx512)
	_gmac_mask	%r8
	cmp		$FEW_BLOCKS, NUM_BLOCKS
	ja		.Lfinal_many
	_ghash_few_blocks
	vgf2p8affineqb	$0, %xmm13, %xmm11, %xmm11
	vpxorq		MASK, %xmm11, %xmm11
	vmovdqu		%xmm11, (OUT)
	RET
.Lfinal_many:
	_ghash_many_blocks
SYM_FUNC_END(smbsign_gmac_final_vaes_avx512)

// MASK, LENGTHS, NUM_BLOCKS and LEFT of a message of %rax bytes, with its nonce at %rsi
// and the last %rcx of its bytes at DATA
.macro	_begin_last
	_gmac_mask	%rsi
	shl		$3, %rax
	bswap		%rax
	vmovq		%rax, LENGTHS
	mov		%rcx, LEFT
	lea		31(LEFT), NUM_BLOCKS
	shr		$4, NUM_BLOCKS
	_load_constants
.endm

// void smbsign_gmac_whole_vaes_avx512(const struct smbsign_gmac_key *key,
//				       const u8 nonce[12], const u8 *data,
//				       size_t len, const u8 head[64], u8 tag[16]);
//
// The tag of head and len >= 1 bytes at data.
SYM_TYPED_FUNC_START(smbsign_gmac_whole_vaes_avx512)
	lea		64(%rcx), %rax
	_begin_last
	_load_head
	mov		$-64, FIRST
	cmp		$GROUP + 4, NUM_BLOCKS
	jb		.Lwhole_fold
	_head_to_lanes
	xor		%r8d, %r8d
.Lwhole_fold:
	jmp		smbsign_ghash_fold
SYM_FUNC_END(smbsign_gmac_whole_vaes_avx512)

// void smbsign_gmac_join_vaes_avx512(const struct smbsign_gmac_key *key,
//				      const u8 nonce[12], const u8 *data, size_t len,
//				      const u8 acc[4][16], u8 tag[16], u64 total);
//
// The tag of total bytes: those in the four accumulators, and the last len > 32 at data.
SYM_TYPED_FUNC_START(smbsign_gmac_join_vaes_avx512)
	mov		8(%rsp), %rax
	_begin_last
	_load_lanes	%r8
	xor		%r8d, %r8d
	jmp		smbsign_ghash_fold
SYM_FUNC_END(smbsign_gmac_join_vaes_avx512)
