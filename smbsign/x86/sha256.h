/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What engine_x86.c, its only includer, has for hmac.c.
 */

static const char *x86_sha256_name(void)
{
	return "no SHA-256";
}
