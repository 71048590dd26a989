/* SPDX-License-Identifier: GPL-2.0-only */
//
// GHASH on 512-bit vectors: what the files for AVX-512 share.
//
// GHASH numbers the coefficients of its polynomials from the most significant bit
// of each byte on.  The usual way around is to reverse the bytes of a block and
// to live with polynomials that are reflected as a whole.  But byte shuffles and
// carryless multiplications wait for the same port.  GF2P8AFFINEQB goes to
// another one, and reverses the bits of each byte: then a block is the polynomial
// in natural order, little-endian, modulo x^128 + x^7 + x^2 + x + 1, and no factor
// of x is left over.  All that is named "natural" below is in that form.

// struct smbsign_ghash_powers begins with the natural powers of H, from the 72nd
// down to the first, then four blocks of zero, so that vectors which reach behind
// the first power multiply by nothing; then there are the "mids", the sums of the
// halves.  With power p stands that of p in the low half and that of p - 4 in the
// high one, since these two meet in _mul_8_blocks.
#define NUM_POWERS	72
#define OFFSETOF_MIDS	((NUM_POWERS + 4) * 16)
#define POWER(p)	((NUM_POWERS - (p)) * 16)
#define MID(p)		(OFFSETOF_MIDS + POWER(p))

.section .rodata
.p2align 4

	// x^7 + x^2 + x: the polynomial without x^128, and without the 1, which is
	// taken care of by swapping halves.
.Lpoly:
	.octa	0x86

	// As a matrix over bits it reverses those of a byte.
.Lreverse_bits:
	.quad	0x8040201008040201

.text

.set	KEY,		%rdi	// struct smbsign_ghash_powers
.set	POWERS,		%rax	// the power of the next block
.set	A,		%zmm0
.set	B,		%zmm1
.set	X,		%zmm2
.set	T0,		%zmm3
.set	T1,		%zmm4
.set	T2,		%zmm5
.set	T3,		%zmm6
.set	POLY,		%zmm12
.set	REVERSE,	%zmm13
.set	EVEN,		%k1	// the low halves of all lanes
.set	ODD,		%k2	// the high ones

.macro	_load_constants
	vpbroadcastq	.Lreverse_bits(%rip), REVERSE
	vbroadcasti32x4	.Lpoly(%rip), POLY
	mov		$0x55, %r10d
	kmovb		%r10d, EVEN
	knotb		EVEN, ODD
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
