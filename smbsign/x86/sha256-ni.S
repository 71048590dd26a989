/* SPDX-License-Identifier: GPL-2.0-only */
//
// SHA-256 with the SHA New Instructions: one message, or two side by side.
//
// A block of one message is a chain of 32 SHA256RNDS2, each of which waits four
// cycles for the one before; the processor could begin one every two or three.
// Two messages whose instructions alternate fill the gaps, so that the second
// comes at half of its price.
//
// CPU features: SHA-NI, SSSE3 and SSE4.1, which every processor with SHA-NI has.
// SHA-NI exists in legacy SSE encoding only, so the upper halves of the vector
// registers have to be zero, or each instruction waits for them to be merged.
//
// C has often just written the state and the data of one message, by quadwords.  A wider
// load would wait until all of it has gone to the cache, and so for the end of the message
// before, so one message is loaded by halves.
//
// All functions use the System V ABI.

#include <linux/linkage.h>

.section .rodata
.p2align 6

	// The round constants of FIPS 180-4, 4.2.2; for the other files as well
SYM_DATA_START(smbsign_sha256_k)
	.long	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5
	.long	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5
	.long	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3
	.long	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174
	.long	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc
	.long	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da
	.long	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7
	.long	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967
	.long	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13
	.long	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85
	.long	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3
	.long	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070
	.long	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5
	.long	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3
	.long	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208
	.long	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
SYM_DATA_END(smbsign_sha256_k)

	// A shuffle mask that makes four words out of their big-endian bytes
.p2align 4
.Lbswap32_mask:
	.octa	0x0c0d0e0f08090a0b0405060700010203

// Bytes from a word of the state of some lanes to the next word of the same
// lanes in struct smbsign_sha256_lanes
#define LANES_STRIDE	64

.text

// \dst = the 16 bytes at \off(\ptr)
.macro	_load_halves	off, ptr, dst
	movq		\off(\ptr), \dst
	movhps		8+\off(\ptr), \dst
.endm

.macro	_load	off, ptr, dst
	movdqu		\off(\ptr), \dst
.endm

// Rounds \i to \i + 3, \i a multiple of 4, of the message at \data, which is loaded by
// \load.
//
// \abef and \cdgh hold the state in the order that SHA256RNDS2 wants, named from
// the highest word down.  The instruction does two rounds: it leaves the new
// ABEF in place of the old CDGH, and the old ABEF is the new CDGH, so that two
// of them bring both registers back to their roles.  It takes W + K in the low
// half of its implicit operand, XMM0.
//
// \m0 to \m3 hold the last 16 words of the message schedule, four in each, \m0
// those of these rounds; the roles move on by one with each use of the macro.
// The next words but three are made in two steps.  SHA256MSG1 adds sigma0 of the
// 15th last word, as soon as four more words are there.  Then the 7th last word
// (it crosses two registers: hence PALIGNR) is added, and SHA256MSG2 adds sigma1
// of the 2nd last.  Words 0 to 15 come from the message, and none beyond 63 is
// needed.
//
// Clobbers XMM0 and \tmp.
.macro	_4rounds	i, load, data, abef, cdgh, m0, m1, m2, m3, tmp
.if \i < 16
	\load		(4 * \i), \data, \m0
	pshufb		BSWAP32_MASK, \m0
.endif
	movdqa		(4 * \i)(K), %xmm0
	paddd		\m0, %xmm0
	sha256rnds2	\abef, \cdgh
.if \i >= 12 && \i < 60
	movdqa		\m0, \tmp
	palignr		$4, \m3, \tmp
	paddd		\tmp, \m1
	sha256msg2	\m0, \m1
.endif
	punpckhqdq	%xmm0, %xmm0
	sha256rnds2	\cdgh, \abef
.if \i >= 4 && \i < 52
	sha256msg1	\m0, \m3
.endif
.endm

// void smbsign_sha256_ni(u32 state[8], const u8 *data, size_t num_blocks);
//
// Puts num_blocks >= 1 blocks of 64 bytes at |data| into |state|.
SYM_FUNC_START(smbsign_sha256_ni)
	.set	STATE,		%rdi
	.set	DATA,		%rsi
	.set	NUM_BLOCKS,	%rdx
	.set	K,		%rax
	.set	ABEF,		%xmm1
	.set	CDGH,		%xmm2
	.set	TMP,		%xmm7
	.set	BSWAP32_MASK,	%xmm8
	.set	ABEF_SAVED,	%xmm9
	.set	CDGH_SAVED,	%xmm10

	lea		smbsign_sha256_k(%rip), K
	movdqa		.Lbswap32_mask(%rip), BSWAP32_MASK

	// DCBA, HGFE => ABEF, CDGH
	_load_halves	0, STATE, TMP
	_load_halves	16, STATE, CDGH
	movdqa		TMP, ABEF
	punpcklqdq	CDGH, ABEF		// FEBA
	punpckhqdq	CDGH, TMP		// HGDC
	pshufd		$0x1b, ABEF, ABEF
	pshufd		$0x1b, TMP, CDGH

.Lni_block:
	movdqa		ABEF, ABEF_SAVED
	movdqa		CDGH, CDGH_SAVED
.irp i, 0, 16, 32, 48
	_4rounds	(\i + 0), _load_halves, DATA, ABEF, CDGH, %xmm3, %xmm4, %xmm5, %xmm6, TMP
	_4rounds	(\i + 4), _load_halves, DATA, ABEF, CDGH, %xmm4, %xmm5, %xmm6, %xmm3, TMP
	_4rounds	(\i + 8), _load_halves, DATA, ABEF, CDGH, %xmm5, %xmm6, %xmm3, %xmm4, TMP
	_4rounds	(\i + 12), _load_halves, DATA, ABEF, CDGH, %xmm6, %xmm3, %xmm4, %xmm5, TMP
.endr
	paddd		ABEF_SAVED, ABEF
	paddd		CDGH_SAVED, CDGH
	add		$64, DATA
	dec		NUM_BLOCKS
	jnz		.Lni_block

	// ABEF, CDGH => DCBA, HGFE
	pshufd		$0x1b, ABEF, ABEF	// FEBA
	pshufd		$0x1b, CDGH, CDGH	// HGDC
	movdqa		ABEF, TMP
	punpcklqdq	CDGH, ABEF
	punpckhqdq	CDGH, TMP
	movdqu		ABEF, (STATE)
	movdqu		TMP, 16(STATE)
	RET
SYM_FUNC_END(smbsign_sha256_ni)

// Words \w0 to \w3 of the states of two neighbouring lanes, from the lowest word
// up, to \lane0 and \lane1.  The same word of both lanes is one load of 8 bytes;
// unpacking sorts them.  Clobbers \tmp.
.macro	_load_2lanes	w0, w1, w2, w3, lane0, lane1, tmp
	movq		(\w0 * LANES_STRIDE)(STATE), \lane0
	movq		(\w1 * LANES_STRIDE)(STATE), \tmp
	punpckldq	\tmp, \lane0
	movq		(\w2 * LANES_STRIDE)(STATE), \lane1
	movq		(\w3 * LANES_STRIDE)(STATE), \tmp
	punpckldq	\tmp, \lane1
	movdqa		\lane0, \tmp
	punpcklqdq	\lane1, \lane0
	punpckhqdq	\lane1, \tmp
	movdqa		\tmp, \lane1
.endm

// The way back.  Clobbers \lane0 and \tmp.
.macro	_store_2lanes	w0, w1, w2, w3, lane0, lane1, tmp
	movdqa		\lane0, \tmp
	punpckldq	\lane1, \lane0
	punpckhdq	\lane1, \tmp
	movlps		\lane0, (\w0 * LANES_STRIDE)(STATE)
	movhps		\lane0, (\w1 * LANES_STRIDE)(STATE)
	movlps		\tmp, (\w2 * LANES_STRIDE)(STATE)
	movhps		\tmp, (\w3 * LANES_STRIDE)(STATE)
.endm

// Rounds \i to \i + 3 of both messages; the roles of registers as above
.macro	_4rounds_x2	i, a0, a1, a2, a3, b0, b1, b2, b3
	_4rounds	\i, _load, DATA_A, ABEF_A, CDGH_A, \a0, \a1, \a2, \a3, TMP
	_4rounds	\i, _load, DATA_B, ABEF_B, CDGH_B, \b0, \b1, \b2, \b3, TMP
.endm

// void smbsign_sha256_ni_x2(u32 *state, const u8 **data, size_t num_blocks);
//
// Puts num_blocks >= 1 blocks each into two neighbouring lanes of a struct
// smbsign_sha256_lanes: |state| is word 0 of the first of them, and |data| its
// pointer.  Both pointers move on.
SYM_FUNC_START(smbsign_sha256_ni_x2)
	.set	DATA_A,		%r8
	.set	DATA_B,		%r9
	.set	ABEF_A,		%xmm1
	.set	CDGH_A,		%xmm2
	.set	ABEF_B,		%xmm7
	.set	CDGH_B,		%xmm8
	.set	TMP,		%xmm13
	.set	BSWAP32_MASK,	%xmm14

	lea		smbsign_sha256_k(%rip), K
	movdqa		.Lbswap32_mask(%rip), BSWAP32_MASK
	mov		(DATA), DATA_A
	mov		8(DATA), DATA_B
	_load_2lanes	5, 4, 1, 0, ABEF_A, ABEF_B, TMP
	_load_2lanes	7, 6, 3, 2, CDGH_A, CDGH_B, TMP

	// The registers do not suffice for the states before the block as well.
	sub		$64, %rsp
.Lni_x2_block:
	movdqu		ABEF_A, (%rsp)
	movdqu		CDGH_A, 16(%rsp)
	movdqu		ABEF_B, 32(%rsp)
	movdqu		CDGH_B, 48(%rsp)
.irp i, 0, 16, 32, 48
	_4rounds_x2	(\i + 0), %xmm3, %xmm4, %xmm5, %xmm6, %xmm9, %xmm10, %xmm11, %xmm12
	_4rounds_x2	(\i + 4), %xmm4, %xmm5, %xmm6, %xmm3, %xmm10, %xmm11, %xmm12, %xmm9
	_4rounds_x2	(\i + 8), %xmm5, %xmm6, %xmm3, %xmm4, %xmm11, %xmm12, %xmm9, %xmm10
	_4rounds_x2	(\i + 12), %xmm6, %xmm3, %xmm4, %xmm5, %xmm12, %xmm9, %xmm10, %xmm11
.endr
	movdqu		(%rsp), %xmm3
	movdqu		16(%rsp), %xmm4
	movdqu		32(%rsp), %xmm5
	movdqu		48(%rsp), %xmm6
	paddd		%xmm3, ABEF_A
	paddd		%xmm4, CDGH_A
	paddd		%xmm5, ABEF_B
	paddd		%xmm6, CDGH_B
	add		$64, DATA_A
	add		$64, DATA_B
	dec		NUM_BLOCKS
	jnz		.Lni_x2_block

	// What a key's pad block left is as good as the key.
	pxor		%xmm0, %xmm0
	movdqu		%xmm0, (%rsp)
	movdqu		%xmm0, 16(%rsp)
	movdqu		%xmm0, 32(%rsp)
	movdqu		%xmm0, 48(%rsp)
	add		$64, %rsp

	_store_2lanes	5, 4, 1, 0, ABEF_A, ABEF_B, TMP
	_store_2lanes	7, 6, 3, 2, CDGH_A, CDGH_B, TMP
	mov		DATA_A, (DATA)
	mov		DATA_B, 8(DATA)
	RET
SYM_FUNC_END(smbsign_sha256_ni_x2)
