/* SPDX-License-Identifier: GPL-2.0-only */
//
// CBC-MAC with AES-128, up to 16 messages side by side, each with its own key.
//
// Processor:
//
//	_aesni		AES-NI and AVX
//	_vaes_avx2	VAES and AVX2
//	_vaes_avx512	VAES and AVX-512F
//
// ABI: System V; all vector registers are lost.
//
// One message keeps the AES unit waiting for the chain of its blocks.  Chains
// that do not depend on one another fill the gaps, until the unit is busy all the
// time: that takes 6 xmm, 6 ymm or 3 zmm registers where it begins two, two or
// one rounds a cycle and a round takes three.  Each register has a part of 16
// bytes for each of 1, 2 or 4 lanes.
//
// As in cbcmac-aesni.S, the next block and two round keys go into AESENCLAST.

#include <linux/linkage.h>

// struct smbsign_cbcmac_lanes
#define OFFSETOF_ROUND_KEYS	0
#define OFFSETOF_X		2816
#define OFFSETOF_DATA		3072

// From one round key of a lane to the next
#define ROUND_KEY_STRIDE	256

// Arguments; LEN comes as a number of blocks
.set	LANES,		%rdi
.set	NUM,		%esi
.set	LEN,		%rdx

.set	OFFSET,		%rcx		// of the block, in the data of all lanes
.set	PTR,		%rax

.text

// Set the length of vectors in bytes.  S0-S7 are the states, N0-N7 what goes
// into their next AESENCLAST, X0-X7 the low parts of the latter.
.macro	_set_veclen	vl
	.set	VL,	\vl
.irp i, 0,1,2,3,4,5,6,7
.if VL == 16
	.set	S\i,	%xmm\i
.elseif VL == 32
	.set	S\i,	%ymm\i
.else
	.set	S\i,	%zmm\i
.endif
.endr
	_set_next	0,8, 1,9, 2,10, 3,11, 4,12, 5,13, 6,14, 7,15
.endm

.macro	_set_next	i, reg, more:vararg
	.set	X\i,	%xmm\reg
.if VL == 16
	.set	N\i,	%xmm\reg
.elseif VL == 32
	.set	N\i,	%ymm\reg
.else
	.set	N\i,	%zmm\reg
.endif
.ifnb \more
	_set_next	\more
.endif
.endm

// \dst = \src ^ \mem, in whichever encoding VL wants
.macro	_vpxor	mem, src, dst
.if VL == 64
	vpxord		\mem, \src, \dst
.else
	vpxor		\mem, \src, \dst
.endif
.endm

.macro	_store	src, mem
.if VL == 64
	vmovdqa32	\src, \mem
.else
	vmovdqa		\src, \mem
.endif
.endm

// Where round key \r, or x, of the lanes in vector \v is.  FIRST is the lane in
// the lowest part of vector 0.
#define ROUND_KEY(r, v)	\
	(OFFSETOF_ROUND_KEYS + (r) * ROUND_KEY_STRIDE + FIRST * 16 + (v) * VL)(LANES)
#define LANES_X(v)	(OFFSETOF_X + FIRST * 16 + (v) * VL)(LANES)
#define LANE_DATA(lane)	(OFFSETOF_DATA + (FIRST + (lane)) * 8)(LANES)

// N\v = the blocks at OFFSET of the lanes in vector \v.  Insertions from memory
// do not need the one port that shuffles.
.macro	_load_blocks	v
	mov		LANE_DATA(\v * VL / 16), PTR
	vmovdqu		(PTR, OFFSET), X\v
.if VL == 32
	mov		LANE_DATA(\v * VL / 16 + 1), PTR
	vinserti128	$1, (PTR, OFFSET), N\v, N\v
.elseif VL == 64
.irp i, 1,2,3
	mov		LANE_DATA(\v * VL / 16 + \i), PTR
	vinserti32x4	$\i, (PTR, OFFSET), N\v, N\v
.endr
.endif
.endm

// One round of all vectors, with the round key from memory
.macro	_aesenc	r
.irp v, 0,1,2,3,4,5,6,7
.if \v < NUM_VECS
	vaesenc		ROUND_KEY(\r, \v), S\v, S\v
.endif
.endr
.endm

// Load one round key of up to four zmm, or do a round with it
.macro	_load_round_key	r, k0, k1, k2, k3
	_load_one_round_key \r, 0, \k0
	_load_one_round_key \r, 1, \k1
	_load_one_round_key \r, 2, \k2
	_load_one_round_key \r, 3, \k3
.endm

.macro	_load_one_round_key	r, v, k
.if \v < NUM_VECS
	vmovdqa32	ROUND_KEY(\r, \v), %zmm\k
.endif
.endm

.macro	_aesenc_loaded	k0, k1, k2, k3
	vaesenc		%zmm\k0, S0, S0
.if NUM_VECS > 1
	vaesenc		%zmm\k1, S1, S1
.endif
.if NUM_VECS > 2
	vaesenc		%zmm\k2, S2, S2
.endif
.if NUM_VECS > 3
	vaesenc		%zmm\k3, S3, S3
.endif
.endm

// All rounds but the last one.  With AVX-512 there is room for the keys of four
// of them, which leaves the load ports time for the data.
.macro	_aes_rounds
.if VL == 64
	_aesenc_loaded	16, 17, 18, 19
	_aesenc_loaded	20, 21, 22, 23
	_aesenc_loaded	24, 25, 26, 27
	_aesenc_loaded	28, 29, 30, 31
.else
.irp r, 1,2,3,4
	_aesenc		\r
.endr
.endif
.irp r, 5,6,7,8,9
	_aesenc		\r
.endr
.endm

// CBC-MAC of LEN bytes, at least one block, of \num_vecs vectors of lanes from
// lane \first on.
.macro	_cbcmac_lanes	first, num_vecs
	.set		FIRST, \first
	.set		NUM_VECS, \num_vecs

.if VL == 64
	_load_round_key	1, 16, 17, 18, 19
	_load_round_key	2, 20, 21, 22, 23
	_load_round_key	3, 24, 25, 26, 27
	_load_round_key	4, 28, 29, 30, 31
.endif
	xor		%ecx, %ecx
.irp v, 0,1,2,3,4,5,6,7
.if \v < NUM_VECS
	_load_blocks	\v
	_vpxor		ROUND_KEY(0, \v), N\v, S\v
	_vpxor		LANES_X(\v), S\v, S\v
.endif
.endr
	add		$16, OFFSET
	cmp		LEN, OFFSET
	je		.Llast_block\@

.Lnext_block\@:
.irp v, 0,1,2,3,4,5,6,7
.if \v < NUM_VECS
	_load_blocks	\v
	_vpxor		ROUND_KEY(0, \v), N\v, N\v
	_vpxor		ROUND_KEY(10, \v), N\v, N\v
.endif
.endr
	_aes_rounds
.irp v, 0,1,2,3,4,5,6,7
.if \v < NUM_VECS
	vaesenclast	N\v, S\v, S\v
.endif
.endr
	add		$16, OFFSET
	cmp		LEN, OFFSET
	jne		.Lnext_block\@

.Llast_block\@:
	_aes_rounds
.irp v, 0,1,2,3,4,5,6,7
.if \v < NUM_VECS
	vaesenclast	ROUND_KEY(10, \v), S\v, S\v
	_store		S\v, LANES_X(\v)
.endif
.endr
.irp lane, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15
.if \lane < NUM_VECS * VL / 16
	add		LEN, LANE_DATA(\lane)
.endif
.endr
.endm

// void smbsign_cbcmac_lanes_aesni(struct smbsign_cbcmac_lanes *lanes,
//				   unsigned int num, size_t num_blocks);
//
// 1 <= num <= 16, num_blocks >= 1; the data of lanes up to the next multiple of
// four can be read as well.  Here and below, lanes beyond num cost no time as
// long as they only fill up a step of the ladder.
SYM_FUNC_START(smbsign_cbcmac_lanes_aesni)
	_set_veclen	16
	shl		$4, LEN
	cmp		$4, NUM
	jbe		.Laesni_4
	_cbcmac_lanes	0, 8
	cmp		$8, NUM
	jbe		.Laesni_done
	cmp		$12, NUM
	jbe		.Laesni_12
	_cbcmac_lanes	8, 8
.Laesni_done:
	RET
.Laesni_12:
	_cbcmac_lanes	8, 4
	RET
.Laesni_4:
	_cbcmac_lanes	0, 4
	RET
SYM_FUNC_END(smbsign_cbcmac_lanes_aesni)

// void smbsign_cbcmac_lanes_vaes_avx2(struct smbsign_cbcmac_lanes *lanes,
//				       unsigned int num, size_t num_blocks);
SYM_FUNC_START(smbsign_cbcmac_lanes_vaes_avx2)
	_set_veclen	32
	shl		$4, LEN
	cmp		$8, NUM
	jbe		.Lavx2_8_or_less
	cmp		$12, NUM
	jbe		.Lavx2_12
	_cbcmac_lanes	0, 8
	vzeroupper
	RET
.Lavx2_12:
	_cbcmac_lanes	0, 6
	vzeroupper
	RET
.Lavx2_8_or_less:
	cmp		$4, NUM
	jbe		.Lavx2_4
	_cbcmac_lanes	0, 4
	vzeroupper
	RET
.Lavx2_4:
	_cbcmac_lanes	0, 2
	vzeroupper
	RET
SYM_FUNC_END(smbsign_cbcmac_lanes_vaes_avx2)

// void smbsign_cbcmac_lanes_vaes_avx512(struct smbsign_cbcmac_lanes *lanes,
//					 unsigned int num, size_t num_blocks);
SYM_FUNC_START(smbsign_cbcmac_lanes_vaes_avx512)
	_set_veclen	64
	shl		$4, LEN
	cmp		$8, NUM
	jbe		.Lavx512_8_or_less
	cmp		$12, NUM
	jbe		.Lavx512_12
	_cbcmac_lanes	0, 4
	vzeroupper
	RET
.Lavx512_12:
	_cbcmac_lanes	0, 3
	vzeroupper
	RET
.Lavx512_8_or_less:
	cmp		$4, NUM
	jbe		.Lavx512_4
	_cbcmac_lanes	0, 2
	vzeroupper
	RET
.Lavx512_4:
	_cbcmac_lanes	0, 1
	vzeroupper
	RET
SYM_FUNC_END(smbsign_cbcmac_lanes_vaes_avx512)
