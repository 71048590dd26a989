/* SPDX-License-Identifier: GPL-2.0-only */
//
// CBC-MAC with AES, one message, which CMAC of a message is but for its last
// block: x = AES(x ^ block) for each block of 16 bytes.
//
// Processor: AES-NI and AVX.  ABI: System V; all xmm registers are lost.
//
// A block depends on the one before it, so its cost is the latency of its
// rounds, and all else has to stay out of that chain.  What comes between two
// blocks, the last round key of one, the next block, and the first round key,
// are three XORs; AESENCLAST itself ends with one, so their sum goes in there:
//
//	AES(x) ^ block ^ k_0  =  AESENCLAST(state, k_last ^ k_0 ^ block)
//
// The sum is ready long before the state is.
//
// C has often just written the data, and x, by quadwords.  A wider load would wait until
// all of it has gone to the cache, and so for the end of the message before; loads of
// halves do not, and beside the chain there is time for two.

#include <linux/linkage.h>

// struct crypto_aes_ctx: key_enc is at its start
#define OFFSETOF_KEY_LENGTH	480

// Arguments
.set	KEY,		%rdi
.set	X,		%rsi
.set	DATA,		%rdx
.set	NUM_BLOCKS,	%rcx

// The last round key, and the length of the key in bytes
.set	KEY_LAST,	%rax
.set	KEY_LENGTH,	%r8
.set	KEY_LENGTH32,	%r8d

.set	STATE,		%xmm0
.set	NEXT,		%xmm1		// k_last ^ k_0 ^ next block
.set	KEY_SUM,	%xmm2		// k_last ^ k_0
// %xmm3 to %xmm11: the nine round keys before the last

.text

// \dst = the 16 bytes at \ptr
.macro	_load_halves	ptr, dst
	vmovq		(\ptr), \dst
	vmovhps		8(\ptr), \dst, \dst
.endm

// All rounds but the last one.  The branches go the same way each time, beside
// the chain; round keys beyond those of AES-128 come from memory for the same
// reason.
.macro	_aes_rounds
	cmp		$24, KEY_LENGTH32
	jb		.Laes128\@
	je		.Laes192\@
	vaesenc		-13*16(KEY_LAST), STATE, STATE
	vaesenc		-12*16(KEY_LAST), STATE, STATE
.Laes192\@:
	vaesenc		-11*16(KEY_LAST), STATE, STATE
	vaesenc		-10*16(KEY_LAST), STATE, STATE
.Laes128\@:
.irp i, 3,4,5,6,7,8,9,10,11
	vaesenc		%xmm\i, STATE, STATE
.endr
.endm

// void smbsign_cbcmac_aesni(const struct crypto_aes_ctx *key, u8 x[16],
//			     const u8 *data, size_t num_blocks);
//
// Keys of 16, 24 and 32 bytes; num_blocks >= 1.
SYM_FUNC_START(smbsign_cbcmac_aesni)
	// A key of n bytes makes n / 4 + 6 rounds.
	movl		OFFSETOF_KEY_LENGTH(KEY), KEY_LENGTH32
	lea		6*16(KEY, KEY_LENGTH, 4), KEY_LAST
.irp i, 3,4,5,6,7,8,9,10,11
	vmovdqu		(\i-12)*16(KEY_LAST), %xmm\i
.endr
	vmovdqu		(KEY), KEY_SUM
	_load_halves	DATA, NEXT
	_load_halves	X, STATE
	vpxor		NEXT, STATE, STATE
	vpxor		KEY_SUM, STATE, STATE
	vpxor		(KEY_LAST), KEY_SUM, KEY_SUM
	dec		NUM_BLOCKS
	jz		.Llast_block

.Lnext_block:
	add		$16, DATA
	_load_halves	DATA, NEXT
	vpxor		KEY_SUM, NEXT, NEXT
	_aes_rounds
	vaesenclast	NEXT, STATE, STATE
	dec		NUM_BLOCKS
	jnz		.Lnext_block

.Llast_block:
	_aes_rounds
	vaesenclast	(KEY_LAST), STATE, STATE
	vmovdqu		STATE, (X)
	RET
SYM_FUNC_END(smbsign_cbcmac_aesni)
