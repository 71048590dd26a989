/* SPDX-License-Identifier: GPL-2.0-only */
/* The container of SMB messages, see smb-pdus.h. */

	.section .rodata, "a"

	.globl	smbsign_pdus_start
	.type	smbsign_pdus_start, @object
	.balign	16
smbsign_pdus_start:
	.incbin	"vectors/smb-pdus.bin"
	.size	smbsign_pdus_start, . - smbsign_pdus_start

	.globl	smbsign_pdus_end
	.type	smbsign_pdus_end, @object
smbsign_pdus_end:
	.byte	0
	.size	smbsign_pdus_end, 1

	.section .note.GNU-stack, "", @progbits
