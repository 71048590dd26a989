/* SPDX-License-Identifier: GPL-2.0-only */
//
// GHASH and AES-128-GMAC with PCLMULQDQ, on 128-bit vectors, and with VPCLMULQDQ,
// on 256-bit ones, for processors without AVX-512.
//
// Required: AES, PCLMULQDQ, AVX; and VPCLMULQDQ, AVX2 for the functions that end
// in _vaes_avx2.  All functions use the System V ABI, and the caller holds the
// FPU.
//
// A block is reflected here: the bytes in reverse order make it a polynomial whose
// coefficients stand the wrong way around, modulo x^128 + x^127 + x^126 + x^121 + 1,
// and the product of two of them lacks a factor of x, which the powers of H bring
// along.  Beyond that it is the algorithm of gmac-vaes-avx512.S; the comments there
// are not repeated.

#include <linux/cfi_types.h>
#include <linux/linkage.h>

// In struct smbsign_ghash_powers: the reflected powers from the 20th down to the
// first, then two blocks of zero; then the sums of their halves, that of p - 2 in
// the high half beside that of p.
#define OFFSETOF_REFLECTED	(2 * (72 + 4) * 16)
#define NUM_POWERS		20
#define OFFSETOF_MIDS		((NUM_POWERS + 2) * 16)
#define POWER(p)		((NUM_POWERS - (p)) * 16)
#define MID(p)			(OFFSETOF_MIDS + POWER(p))

// In struct smbsign_gmac_key
#define OFFSETOF_POWERS		552

// Blocks in a turn of the main loop
#define GROUP			16

.section .rodata
.p2align 4

.Lreverse_bytes:
	.octa	0x000102030405060708090a0b0c0d0e0f

	// x^127 + x^126 + x^121, the polynomial without x^128 and 1
.Lpoly:
	.octa	0xc2000000000000000000000000000000

	// The last four bytes of the first counter block, behind the nonce
.Lcounter:
	.quad	0x0100000000000000, 0

.text

.set	KEY,		%rdi	// the reflected powers
.set	ACC_PTR,	%rsi
.set	DATA,		%rdx
.set	NUM_BLOCKS,	%rcx
.set	NONCE,		%r8
.set	TAG,		%r9
.set	POWERS,		%rax	// the power of the next block
.set	MASK,		%xmm15

// Set the length of vectors in bytes, and name the registers.
.macro	_set_veclen	vl
	.set	VL,		\vl
.irp i, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14
.if VL == 16
	.set	V\i,		%xmm\i
.else
	.set	V\i,		%ymm\i
.endif
.endr
	.set	A,		V0
	.set	B,		V1
	.set	X,		V2
	.set	T0,		V3
	.set	T1,		V4
	.set	T2,		V5
	.set	LO,		V6
	.set	MI,		V7
	.set	HI,		V8
	.set	ACC,		V9	// xmm9 where it is one block
	.set	POLY,		V10
	.set	BYTES,		V11	// .Lreverse_bytes
	.set	H_A,		V12
	.set	H_B,		V13
	.set	H_X,		V14
.endm

// Load 16 bytes into all lanes.
.macro	_broadcast	src, dst
.if VL == 16
	vmovdqu		\src, \dst
.else
	vbroadcasti128	\src, \dst
.endif
.endm

// Load powers, the same one into all lanes if \same, or falling ones.
.macro	_load_powers	same, src, dst
.if \same
	_broadcast	\src, \dst
.else
	vmovdqu		\src, \dst
.endif
.endm

// Multiply the vectors at \a(DATA) and \b(DATA), which are two blocks apart, by the
// powers at \h_a and \h_b and the mids at \h_x, and add the products to LO, MI and
// HI, or put them there if \first: then ACC is added to the first vector before.
//
// The low halves of both, and the high ones, side by side give both sums of halves
// by one addition.
.macro	_mul_pair	a, b, same, h_a, h_b, h_x, first
	vmovdqu		\a(DATA), A
	vmovdqu		\b(DATA), B
	vpshufb		BYTES, A, A
	vpshufb		BYTES, B, B
.if \first
	vpxor		ACC, A, A
.endif
	vpunpcklqdq	B, A, X
	vpunpckhqdq	B, A, T0
	vpxor		T0, X, X
	_load_powers	\same, \h_a, H_A
	_load_powers	\same, \h_b, H_B
	_load_powers	\same, \h_x, H_X
.if \first
	vpclmulqdq	$0x00, H_A, A, LO
	vpclmulqdq	$0x11, H_A, A, HI
	vpclmulqdq	$0x00, H_X, X, MI
.else
	vpclmulqdq	$0x00, H_A, A, T0
	vpclmulqdq	$0x11, H_A, A, T1
	vpclmulqdq	$0x00, H_X, X, T2
	vpxor		T0, LO, LO
	vpxor		T1, HI, HI
	vpxor		T2, MI, MI
.endif
	vpclmulqdq	$0x00, H_B, B, T0
	vpclmulqdq	$0x11, H_B, B, T1
	vpclmulqdq	$0x11, H_X, X, T2
	vpxor		T0, LO, LO
	vpxor		T1, HI, HI
	vpxor		T2, MI, MI
.endm

// The same for the 4 blocks at \off(DATA), whose powers are at \h and behind, the
// mids at \m.
.macro	_mul_4_blocks	off, same, h, m, base, first
.if VL == 16
	_mul_pair	\off, \off+32, \same, \h(\base), \h+32(\base), \m(\base), \first
	_mul_pair	\off+16, \off+48, \same, \h+16(\base), \h+48(\base), \
			\m+16(\base), 0
.else
	_mul_pair	\off, \off+32, \same, \h(\base), \h+32(\base), \m(\base), \first
.endif
.endm

// Add ACC to the blocks in A, then their products with the powers at (POWERS) to LO,
// MI and HI; ACC is zero after that.
.macro	_mul_vector
	vpshufb		BYTES, A, A
	vpxor		ACC, A, A
	vpshufd		$0x4e, A, X
	vpxor		A, X, X
	vmovdqu		(POWERS), H_A
	vpclmulqdq	$0x00, H_A, A, T0
	vpclmulqdq	$0x11, H_A, A, T1
	vpclmulqdq	$0x00, OFFSETOF_MIDS(POWERS), X, T2
	vpxor		T0, LO, LO
	vpxor		T1, HI, HI
	vpxor		T2, MI, MI
	vpxor		ACC, ACC, ACC
.endm

// Reduce \lo + x^64*\mi + x^128*\hi, a product of reflected polynomials, to \dst, each
// lane by itself.  Clobbers \lo, \mi and \t0.
//
// Reflected, it is the low end that is folded: adding a multiple of the polynomial
// makes the lowest 64 bits vanish, and then once more.
.macro	_reduce	lo, mi, hi, dst, poly, t0
	vpclmulqdq	$0x10, \poly, \lo, \t0
	vpshufd		$0x4e, \lo, \lo
	vpxor		\t0, \mi, \mi
	vpxor		\lo, \mi, \mi
	vpclmulqdq	$0x10, \poly, \mi, \t0
	vpshufd		$0x4e, \mi, \mi
	vpxor		\hi, \t0, \t0
	vpxor		\mi, \t0, \dst
.endm

// Fold the NUM_BLOCKS >= 1 blocks at DATA into the accumulator at ACC_PTR, the
// result to xmm9, its bytes in their own order.  Clobbers all but MASK.
.macro	_ghash_blocks
	_broadcast	.Lreverse_bytes(%rip), BYTES
	_broadcast	.Lpoly(%rip), POLY
	vmovq		(ACC_PTR), %xmm9
	vpinsrq		$1, 8(ACC_PTR), %xmm9, %xmm9
	vpshufb		%xmm11, %xmm9, %xmm9
	cmp		$GROUP + 4, NUM_BLOCKS
	jb		.Lrest\@
.Lgroup\@:
	// With one lane or two, the powers of a lane fall by one or by two.
.irp i, 0,1,2,3
.if \i == 0
	_mul_4_blocks	0, 1, POWER(16), MID(16), KEY, 1
.else
	_mul_4_blocks	64*\i, 1, POWER(16-4*\i), MID(16-4*\i), KEY, 0
.endif
.endr
	vpxor		LO, MI, MI
	vpxor		HI, MI, MI
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
	sub		$4, NUM_BLOCKS
	jb		.Lno_four\@
	_mul_4_blocks	0, 0, 0, OFFSETOF_MIDS, POWERS, 1
	vpxor		ACC, ACC, ACC
	jmp		.Lfour_done\@
.Lfour\@:
	_mul_4_blocks	0, 0, 0, OFFSETOF_MIDS, POWERS, 0
.Lfour_done\@:
	add		$64, DATA
	add		$64, POWERS
	sub		$4, NUM_BLOCKS
	jae		.Lfour\@
	jmp		.Llast\@

.Lno_four\@:
	vpxor		LO, LO, LO
	vpxor		MI, MI, MI
	vpxor		HI, HI, HI
.Llast\@:
	// 0 to 3 blocks
	add		$4, NUM_BLOCKS
	jz		.Lsum\@
.if VL == 32
	cmp		$2, NUM_BLOCKS
	jb		.Lone\@
	vmovdqu		(DATA), A
	_mul_vector
	add		$32, DATA
	add		$32, POWERS
	sub		$2, NUM_BLOCKS
	jz		.Lsum\@
.endif
.Lone\@:
	vmovdqu		(DATA), %xmm0
	_mul_vector
.if VL == 16
	add		$16, DATA
	add		$16, POWERS
	dec		NUM_BLOCKS
	jnz		.Lone\@
.endif

.Lsum\@:
	vpxor		LO, MI, MI
	vpxor		HI, MI, MI
	_reduce		LO, MI, HI, ACC, POLY, T0
.if VL == 32
	vextracti128	$1, ACC, %xmm0
	vpxor		%xmm0, %xmm9, %xmm9
.endif
	vpshufb		%xmm11, %xmm9, %xmm9
.endm

.macro	_ghash
	add		$OFFSETOF_REFLECTED, KEY
	_ghash_blocks
	vmovdqu		%xmm9, (ACC_PTR)
.if VL == 32
	vzeroupper
.endif
	RET
.endm

// The ten rounds of AES run beside the multiplications.
.macro	_gmac_final
	vmovq		(NONCE), %xmm0
	vmovd		8(NONCE), %xmm1
	vpor		.Lcounter(%rip), %xmm1, %xmm1
	vpunpcklqdq	%xmm1, %xmm0, %xmm0
	vpxor		(%rdi), %xmm0, MASK
.irp i, 1,2,3,4,5,6,7,8,9
	vaesenc		16*\i(%rdi), MASK, MASK
.endr
	vaesenclast	160(%rdi), MASK, MASK
	add		$OFFSETOF_POWERS + OFFSETOF_REFLECTED, KEY
	_ghash_blocks
	vpxor		MASK, %xmm9, %xmm9
	vmovdqu		%xmm9, (TAG)
.if VL == 32
	vzeroupper
.endif
	RET
.endm

_set_veclen 16

// void smbsign_ghash_aesni(const struct smbsign_ghash_powers *key, u8 acc[16],
//			    const u8 *data, size_t num_blocks);
//
// Fold num_blocks >= 1 blocks into acc.
SYM_FUNC_START(smbsign_ghash_aesni)
	_ghash
SYM_FUNC_END(smbsign_ghash_aesni)

// void smbsign_gmac_final_aesni(const struct smbsign_gmac_key *key,
//				 const u8 acc[16], const u8 *data,
//				 size_t num_blocks, const u8 nonce[12],
//				 u8 tag[16]);
//
// tag = AES(nonce || 1) + acc with num_blocks >= 1 blocks folded in.
SYM_TYPED_FUNC_START(smbsign_gmac_final_aesni)
	_gmac_final
SYM_FUNC_END(smbsign_gmac_final_aesni)

// \dst = \a * \b, reflected and reduced.  \t0 to \t3 are temporaries.
.macro	_mul	a, b, dst, t0, t1, t2, t3
	vpclmulqdq	$0x00, \a, \b, \t0
	vpclmulqdq	$0x01, \a, \b, \t1
	vpclmulqdq	$0x10, \a, \b, \t2
	vpclmulqdq	$0x11, \a, \b, \t3
	vpxor		\t2, \t1, \t1
	_reduce		\t0, \t1, \t3, \dst, POLY, \t2
.endm

// Store \v to \off(POWERS), and the mid that belongs to it; \x has the sum of halves of
// the power two below, and gets that of \v.  Clobbers \t0.
.macro	_store_power	v, off, x, t0
	vpshufd		$0x4e, \v, \t0
	vpxor		\v, \t0, \t0
	vpunpcklqdq	\x, \t0, \x
	vmovdqu		\v, \off(POWERS)
	vmovdqu		\x, OFFSETOF_MIDS+\off(POWERS)
	vmovdqa		\t0, \x
.endm

// void smbsign_ghash_powers_aesni(struct smbsign_ghash_powers *key,
//				   const u8 h[16]);
//
// Compute the reflected powers.  The pads are left alone; they must be zero already.
SYM_FUNC_START(smbsign_ghash_powers_aesni)
	.set		H,		%rsi
	.set		COUNT,		%ecx
	.set		ODD,		%xmm0
	.set		EVEN,		%xmm1
	.set		H2,		%xmm2
	.set		ODD_X,		%xmm7
	.set		EVEN_X,		%xmm8

	vmovdqa		.Lreverse_bytes(%rip), BYTES
	vmovdqa		.Lpoly(%rip), POLY

	// H * x: what is shifted out at the top comes back as the polynomial.
	vmovdqu		(H), ODD
	vpshufb		BYTES, ODD, ODD
	vpsrlq		$63, ODD, T0
	vpshufd		$0x4e, T0, T0
	vpshufd		$0xff, ODD, T1
	vpsrad		$31, T1, T1
	vpaddq		ODD, ODD, ODD
	vpor		T0, ODD, ODD
	vpand		POLY, T1, T1
	vpxor		T1, ODD, ODD

	_mul		ODD, ODD, EVEN, %xmm3, %xmm4, %xmm5, %xmm6
	vmovdqa		EVEN, H2
	vpxor		ODD_X, ODD_X, ODD_X
	vpxor		EVEN_X, EVEN_X, EVEN_X
	lea		OFFSETOF_REFLECTED+POWER(1)(KEY), POWERS
	mov		$(NUM_POWERS/2-1), COUNT
	jmp		.Lstore
.Lpowers:
	_mul		ODD, H2, ODD, %xmm3, %xmm4, %xmm5, %xmm6
	_mul		EVEN, H2, EVEN, %xmm3, %xmm4, %xmm5, %xmm6
.Lstore:
	_store_power	ODD, 0, ODD_X, %xmm3
	_store_power	EVEN, -16, EVEN_X, %xmm4
	add		$-32, POWERS
	dec		COUNT
	jns		.Lpowers
	RET
SYM_FUNC_END(smbsign_ghash_powers_aesni)

_set_veclen 32

// As those for AES-NI
SYM_FUNC_START(smbsign_ghash_vaes_avx2)
	_ghash
SYM_FUNC_END(smbsign_ghash_vaes_avx2)

SYM_TYPED_FUNC_START(smbsign_gmac_final_vaes_avx2)
	_gmac_final
SYM_FUNC_END(smbsign_gmac_final_vaes_avx2)
