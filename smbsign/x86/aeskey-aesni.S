/* SPDX-License-Identifier: GPL-2.0-only */
//
// The encryption round keys of AES-128, for keys that serve one message.
//
// Processor: AES-NI and AVX.  ABI: System V; xmm0 to xmm4 are lost.

#include <linux/linkage.h>

.section .rodata
.p2align 4

	// RotWord of the last word of a round key, four times over
.Lrotate_last_word:
	.octa	0x0c0f0e0d0c0f0e0d0c0f0e0d0c0f0e0d

	// The round constants, as of the first and of the ninth round: each is
	// the double of the one before it in GF(2^8)
.Lrcon_1:
	.octa	0x00000001000000010000000100000001
.Lrcon_9:
	.octa	0x0000001b0000001b0000001b0000001b

// Arguments
.set	KEY,		%rdi
.set	RAW,		%rsi

.set	ROUND_KEY,	%xmm0
.set	RCON,		%xmm1
.set	ROTATE,		%xmm2
.set	TMP0,		%xmm3
.set	TMP1,		%xmm4

.text

// From one round key to the next.  AESENCLAST is SubBytes, ShiftRows and a XOR;
// where all four words are equal, ShiftRows changes nothing, and so it gives
// SubWord(RotWord(w_3)) ^ rcon, in a third of the time of AESKEYGENASSIST.  Word
// i of the next key is that plus the sum of words 0 to i.
.macro	_next_round_key	r
	vpshufb		ROTATE, ROUND_KEY, TMP0
	vaesenclast	RCON, TMP0, TMP0
	vpslldq		$4, ROUND_KEY, TMP1
	vpxor		TMP1, ROUND_KEY, ROUND_KEY
	vpslldq		$8, ROUND_KEY, TMP1
	vpxor		TMP1, ROUND_KEY, ROUND_KEY
	vpxor		TMP0, ROUND_KEY, ROUND_KEY
	vmovdqu		ROUND_KEY, \r*16(KEY)
.endm

// void smbsign_aes128_expandkey_aesni(u32 key_enc[44], const u8 raw[16]);
SYM_FUNC_START(smbsign_aes128_expandkey_aesni)
	vmovdqa		.Lrotate_last_word(%rip), ROTATE
	vmovdqa		.Lrcon_1(%rip), RCON
	vmovdqu		(RAW), ROUND_KEY
	vmovdqu		ROUND_KEY, (KEY)
.irp r, 1,2,3,4,5,6,7,8
	_next_round_key	\r
	vpslld		$1, RCON, RCON
.endr
	vmovdqa		.Lrcon_9(%rip), RCON
	_next_round_key	9
	vpslld		$1, RCON, RCON
	_next_round_key	10
	RET
SYM_FUNC_END(smbsign_aes128_expandkey_aesni)
