/* SPDX-License-Identifier: GPL-2.0-only */
//
// The powers of a GHASH key, for all x86 engines, with VPCLMULQDQ and GFNI on 512-bit
// vectors.
//
// Required: VPCLMULQDQ, GFNI, AVX512F, AVX512BW, AVX512DQ, AVX512VL.

#include <linux/linkage.h>

#include "ghash-avx512-asm.S"

// The same for the other engines, reflected, with a pad of two blocks and mids that
// have that of p - 2 in the high half, see gmac-avx.S.
#define NUM_REFLECTED	20
#define OFFSETOF_REFLECTED	(2 * OFFSETOF_MIDS)
#define OFFSETOF_REFLECTED_MIDS	(OFFSETOF_REFLECTED + (NUM_REFLECTED + 2) * 16)

.section .rodata
.p2align 4

	// What the reflected polynomial leaves of x^128
.Lreflected_poly:
	.octa	0xc2000000000000000000000000000000

.Lreverse_bytes:
	.octa	0x000102030405060708090a0b0c0d0e0f

.text

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
