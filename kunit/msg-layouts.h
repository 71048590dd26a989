/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between msg-layouts.c and msg-layouts-skb.c: how a message is cut.
 */
#ifndef _SMBSIGN_KUNIT_MSG_LAYOUTS_H
#define _SMBSIGN_KUNIT_MSG_LAYOUTS_H

#include "msg-utils.h"

/* The next piece, of random length */
void layout_add_piece(struct msg_mem *mem, size_t len);
size_t layout_next_len(const struct msg_mem *mem, size_t left);

/* How many of @len bytes go in front of an iterator or of frags */
size_t layout_head_len(size_t len, size_t first);

/* sk_buffs: linear, with frags, with a list of others, with lists in lists */
void build_skb_linear(struct msg_mem *mem, size_t len, size_t first);
void build_skb_frags(struct msg_mem *mem, size_t len, size_t first);
void build_skb_frag_list(struct msg_mem *mem, size_t len, size_t first);
void build_skb_nested(struct msg_mem *mem, size_t len, size_t first);
void free_skb(struct msg_mem *mem);

#endif /* _SMBSIGN_KUNIT_MSG_LAYOUTS_H */
