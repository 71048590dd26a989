// SPDX-License-Identifier: GPL-2.0-only
/*
 * negotiate.c: SMB2_SIGNING_CAPABILITIES built, chosen from, accepted and
 * found, by the rules of MS-SMB2 2.2.3.1.7, 3.2.5.2 and 3.3.5.4.  All that is
 * parsed ends at a guard page.
 */
#include <kunit/test.h>
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "test-utils.h"
#include "internal.h"

#define HMAC		SMBSIGN_HMAC_SHA256
#define CMAC		SMBSIGN_AES_CMAC
#define GMAC		SMBSIGN_AES_GMAC
#define UNKNOWN		0x0003
#define UNTOUCHED	((enum smbsign_alg)77)

#define MAX_IDS		8
#define FUZZ_ROUNDS	RAND_ROUNDS(20000)

/* All orders of one, two and three algorithms */
static const struct smbsign_alg_list lists[] = {
	{ { GMAC }, 1 }, { { CMAC }, 1 }, { { HMAC }, 1 },
	{ { GMAC, CMAC }, 2 }, { { CMAC, GMAC }, 2 }, { { GMAC, HMAC }, 2 },
	{ { HMAC, GMAC }, 2 }, { { CMAC, HMAC }, 2 }, { { HMAC, CMAC }, 2 },
	{ { GMAC, CMAC, HMAC }, 3 }, { { GMAC, HMAC, CMAC }, 3 },
	{ { CMAC, GMAC, HMAC }, 3 }, { { CMAC, HMAC, GMAC }, 3 },
	{ { HMAC, GMAC, CMAC }, 3 }, { { HMAC, CMAC, GMAC }, 3 },
};

static u8 *guarded(struct kunit *test, const void *data, size_t len)
{
	return memcpy(kunit_guarded_buf(test, len), data, len);
}

/* 2.2.3.1 and 2.2.3.1.7, byte by byte */
static void test_caps_build(struct kunit *test)
{
	static const u8 expected[] = {
		0x08, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x03, 0x00, 0x02, 0x00, 0x01, 0x00, 0x00, 0x00,
	};
	const struct smbsign_alg_list all = { { GMAC, CMAC, HMAC }, 3 };
	u8 *buf = kunit_guarded_buf(test, sizeof(expected));

	static_assert(sizeof(expected) == SMBSIGN_CAPS_MAX_SIZE);
	memset(buf, 0xa5, sizeof(expected));
	KUNIT_EXPECT_EQ(test, sizeof(expected),
			smbsign_caps_build(buf, sizeof(expected), &all));
	KUNIT_EXPECT_MEMEQ(test, buf, expected, sizeof(expected));
}

/* In as much room as it needs, and in less not at all */
static void test_caps_build_room(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, 64) + 64;

	for (int i = 0; i < ARRAY_SIZE(lists); i++) {
		int needed = 10 + 2 * lists[i].num;

		for (int size = 0; size <= 32; size++) {
			memset(end - 64, 0xa5, 64);
			KUNIT_EXPECT_EQ_MSG(test, size < needed ? -ENOSPC :
								  needed,
					    smbsign_caps_build(end - size, size,
							       &lists[i]),
					    "list %d, size %d", i, size);
			if (size < needed)
				KUNIT_EXPECT_NULL(test, memchr_inv(end - 64,
								   0xa5, 64));
		}
	}
}

static void test_caps_build_refuses(struct kunit *test)
{
	static const struct smbsign_alg_list bad[] = {
		{ { GMAC }, 0 },
		{ { GMAC, CMAC, HMAC }, SMBSIGN_MAX_ALGS + 1 },
		{ { GMAC, CMAC, HMAC }, UINT_MAX },
		{ { SMBSIGN_MD5 }, 1 },
		{ { GMAC, SMBSIGN_MD5 }, 2 },
		{ { (enum smbsign_alg)0x10001 }, 1 },
		{ { (enum smbsign_alg)-1 }, 1 },
	};
	u8 buf[64];

	memset(buf, 0xa5, sizeof(buf));
	for (int i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    smbsign_caps_build(buf, sizeof(buf),
						       &bad[i]), "%d", i);
	KUNIT_EXPECT_NULL(test, memchr_inv(buf, 0xa5, sizeof(buf)));
}

/* Data of a context; a count that lies is possible. */
struct data {
	const char *name;
	u16 count;
	unsigned int num_ids;
	u16 ids[MAX_IDS];
	size_t more;		/* bytes behind the ids */
	int err;
	enum smbsign_alg alg;
};

static u8 *build_data(struct kunit *test, const struct data *d, size_t *len_ret)
{
	size_t len = 2 + 2 * d->num_ids + d->more;
	u8 *data = kunit_guarded_buf(test, len);

	memset(data, 0xa5, len);
	put_unaligned_le16(d->count, data);
	for (unsigned int i = 0; i < d->num_ids; i++)
		put_unaligned_le16(d->ids[i], data + 2 + 2 * i);
	*len_ret = len;
	return data;
}

/* What a server makes of it that prefers GMAC, then CMAC, then HMAC */
static const struct data choose_rows[] = {
	{ "GMAC", 1, 1, { GMAC }, 0, 0, GMAC },
	{ "CMAC", 1, 1, { CMAC }, 0, 0, CMAC },
	{ "HMAC", 1, 1, { HMAC }, 0, 0, HMAC },
	{ "as Windows offers it", 3, 3, { GMAC, CMAC, HMAC }, 0, 0, GMAC },
	{ "our preference counts", 3, 3, { HMAC, CMAC, GMAC }, 0, 0, GMAC },
	{ "two", 2, 2, { HMAC, CMAC }, 0, 0, CMAC },
	{ "twice the same", 3, 3, { HMAC, HMAC, HMAC }, 0, 0, HMAC },
	{ "unknown ids do not matter", 4, 4, { UNKNOWN, 0xffff, HMAC, 0x0102 },
	  0, 0, HMAC },
	/* 3.3.5.4: "no common algorithm" */
	{ "none in common", 2, 2, { UNKNOWN, 0xffff }, 0, 0, CMAC },
	/* 3.3.5.4: STATUS_INVALID_PARAMETER */
	{ "count 0", 0, 0, {}, 0, -EPROTO },
	{ "count 0 and an id", 0, 1, { GMAC }, 0, -EPROTO },
	{ "count 1, no id", 1, 0, {}, 0, -EPROTO },
	{ "count 1, half an id", 1, 0, {}, 1, -EPROTO },
	{ "count 2, one id", 2, 1, { GMAC }, 0, -EPROTO },
	{ "count 2, one and a half", 2, 1, { GMAC }, 1, -EPROTO },
	{ "count 65535", 0xffff, 3, { GMAC, CMAC, HMAC }, 0, -EPROTO },
	{ "count 32769", 0x8001, 1, { GMAC }, 0, -EPROTO },
	/* cifs.ko rounds DataLength up. */
	{ "longer by a byte", 1, 1, { CMAC }, 1, 0, CMAC },
	{ "rounded up to 8", 1, 1, { CMAC }, 4, 0, CMAC },
	{ "what follows does not count", 1, 3, { HMAC, CMAC, GMAC }, 0, 0,
	  HMAC },
};

KUNIT_ARRAY_PARAM_DESC(choose, choose_rows, name);

static void test_caps_choose(struct kunit *test)
{
	const struct smbsign_alg_list ours = { { GMAC, CMAC, HMAC }, 3 };
	const struct data *row = test->param_value;
	enum smbsign_alg alg = UNTOUCHED;
	size_t len;
	u8 *data = build_data(test, row, &len);

	KUNIT_EXPECT_EQ(test, row->err,
			smbsign_caps_choose(data, len, &ours, &alg));
	KUNIT_EXPECT_EQ(test, alg, row->err ? UNTOUCHED : row->alg);
}

static bool has(const struct smbsign_alg_list *list, enum smbsign_alg alg)
{
	for (unsigned int i = 0; i < list->num; i++) {
		if (list->alg[i] == alg)
			return true;
	}
	return false;
}

/* The first of ours that is among theirs */
static enum smbsign_alg first_common(const struct smbsign_alg_list *ours,
				     const struct smbsign_alg_list *theirs)
{
	for (unsigned int i = 0; i < ours->num; i++) {
		if (has(theirs, ours->alg[i]))
			return ours->alg[i];
	}
	return CMAC;
}

/*
 * Each list meets each other one: what the client builds is read by the server,
 * and what the server builds is accepted by the client if it was offered.
 */
static void check_round_trip(struct kunit *test,
			     const struct smbsign_alg_list *client,
			     const struct smbsign_alg_list *server)
{
	struct smbsign_alg_list answer = { .num = 1 };
	enum smbsign_alg alg = UNTOUCHED, accepted = UNTOUCHED;
	u8 buf[SMBSIGN_CAPS_MAX_SIZE];
	const u8 *data;
	size_t len;
	int size;

	size = smbsign_caps_build(buf, sizeof(buf), client);
	KUNIT_ASSERT_GT(test, size, 0);
	KUNIT_ASSERT_EQ(test, 0, smbsign_caps_find(buf, size, 1, &data, &len));
	KUNIT_EXPECT_EQ(test, 0, smbsign_caps_choose(data, len, server, &alg));
	KUNIT_EXPECT_EQ(test, alg, first_common(server, client));

	answer.alg[0] = alg;
	size = smbsign_caps_build(buf, sizeof(buf), &answer);
	KUNIT_ASSERT_EQ(test, size, 12);
	KUNIT_ASSERT_EQ(test, 0, smbsign_caps_find(buf, size, 1, &data, &len));
	KUNIT_EXPECT_EQ(test, has(client, alg) ? 0 : -EPROTO,
			smbsign_caps_accept(data, len, client, &accepted));
	KUNIT_EXPECT_EQ(test, accepted, has(client, alg) ? alg : UNTOUCHED);
}

static void test_caps_round_trip(struct kunit *test)
{
	for (int i = 0; i < ARRAY_SIZE(lists); i++) {
		for (int k = 0; k < ARRAY_SIZE(lists); k++)
			check_round_trip(test, &lists[i], &lists[k]);
	}
}

/* What a server cannot do or should not name is never chosen. */
static void test_caps_choose_odd_lists(struct kunit *test)
{
	const struct smbsign_alg_list none = { .num = 0 };
	const struct smbsign_alg_list md5 = { { SMBSIGN_MD5, HMAC }, 2 };
	static const u8 offer[] = { 4, 0, 3, 0, 2, 0, 1, 0, 0, 0 };
	u8 *data = guarded(test, offer, sizeof(offer));
	enum smbsign_alg alg = UNTOUCHED;

	KUNIT_EXPECT_EQ(test, 0, smbsign_caps_choose(data, sizeof(offer), &none,
						     &alg));
	KUNIT_EXPECT_EQ(test, alg, CMAC);
	KUNIT_EXPECT_EQ(test, 0, smbsign_caps_choose(data, sizeof(offer), &md5,
						     &alg));
	KUNIT_EXPECT_EQ(test, alg, HMAC);
}

/* What a client makes of it that has offered GMAC and CMAC */
static const struct data accept_rows[] = {
	{ "GMAC", 1, 1, { GMAC }, 0, 0, GMAC },
	{ "CMAC", 1, 1, { CMAC }, 0, 0, CMAC },
	{ "rounded up to 8", 1, 1, { CMAC }, 4, 0, CMAC },
	/* 3.2.5.2 */
	{ "not offered", 1, 1, { HMAC }, 0, -EPROTO },
	{ "unknown", 1, 1, { UNKNOWN }, 0, -EPROTO },
	{ "unknown 0x0102", 1, 1, { 0x0102 }, 0, -EPROTO },
	{ "count 0", 0, 1, { GMAC }, 0, -EPROTO },
	{ "count 2", 2, 2, { GMAC, CMAC }, 0, -EPROTO },
	{ "count 2, one id", 2, 1, { GMAC }, 0, -EPROTO },
	{ "count 257", 257, 1, { GMAC }, 0, -EPROTO },
	{ "no id", 1, 0, {}, 0, -EPROTO },
	{ "half an id", 1, 0, {}, 1, -EPROTO },
};

KUNIT_ARRAY_PARAM_DESC(accept, accept_rows, name);

static void test_caps_accept(struct kunit *test)
{
	const struct smbsign_alg_list offered = { { GMAC, CMAC }, 2 };
	const struct data *row = test->param_value;
	enum smbsign_alg alg = UNTOUCHED;
	size_t len;
	u8 *data = build_data(test, row, &len);

	KUNIT_EXPECT_EQ(test, row->err,
			smbsign_caps_accept(data, len, &offered, &alg));
	KUNIT_EXPECT_EQ(test, alg, row->err ? UNTOUCHED : row->alg);
}

/* Not even the count is there, or half of it. */
static void test_caps_shorter_than_count(struct kunit *test)
{
	const struct smbsign_alg_list ours = { { GMAC }, 1 };
	enum smbsign_alg alg = UNTOUCHED;

	for (size_t len = 0; len < 2; len++) {
		u8 *data = kunit_guarded_buf(test, len);

		KUNIT_EXPECT_EQ(test, -EPROTO,
				smbsign_caps_choose(data, len, &ours, &alg));
		KUNIT_EXPECT_EQ(test, -EPROTO,
				smbsign_caps_accept(data, len, &ours, &alg));
	}
	KUNIT_EXPECT_EQ(test, alg, UNTOUCHED);
}

/* The NegotiateContextLists of smbclient and smbd 4.17.12, as captured */
static const u8 samba_request[] = {
	0x01, 0x00, 0x26, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x20, 0x00,
	0x01, 0x00, 0x23, 0xba, 0xce, 0x0e, 0x93, 0xb9, 0x8b, 0xff, 0x92, 0x4e,
	0x8a, 0x69, 0x0d, 0x5f, 0x3f, 0x56, 0x55, 0xd1, 0x10, 0xdc, 0xbe, 0xdb,
	0xe1, 0x67, 0xfb, 0x4d, 0x55, 0xed, 0x36, 0x08, 0x56, 0xf0, 0x00, 0x00,
	0x02, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x02, 0x00,
	0x01, 0x00, 0x04, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x08, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x02, 0x00,
	0x01, 0x00, 0x00, 0x00, 0x05, 0x00, 0x12, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x31, 0x00, 0x32, 0x00, 0x37, 0x00, 0x2e, 0x00, 0x30, 0x00, 0x2e, 0x00,
	0x30, 0x00, 0x2e, 0x00, 0x31, 0x00,
};

static const u8 samba_response[] = {
	0x01, 0x00, 0x26, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x20, 0x00,
	0x01, 0x00, 0x59, 0x55, 0x3c, 0x9b, 0x6e, 0x05, 0xcc, 0x13, 0x34, 0xa2,
	0xe7, 0x77, 0xd7, 0xa3, 0x00, 0xd9, 0x11, 0x30, 0x0e, 0x0f, 0x10, 0x78,
	0x0e, 0xd2, 0x6e, 0x62, 0xd8, 0x93, 0xa8, 0x3e, 0xc4, 0xc4, 0x00, 0x00,
	0x02, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x02, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x08, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x01, 0x00, 0x02, 0x00,
};

static void test_caps_captured(struct kunit *test)
{
	const struct smbsign_alg_list all = { { GMAC, CMAC, HMAC }, 3 };
	enum smbsign_alg alg = UNTOUCHED;
	const u8 *list, *data;
	size_t len;

	list = guarded(test, samba_request, sizeof(samba_request));
	KUNIT_ASSERT_EQ(test, 0, smbsign_caps_find(list, sizeof(samba_request),
						   4, &data, &len));
	KUNIT_EXPECT_EQ(test, len, 8);
	KUNIT_EXPECT_EQ(test, 0, smbsign_caps_choose(data, len, &all, &alg));
	KUNIT_EXPECT_EQ(test, alg, GMAC);

	alg = UNTOUCHED;
	list = guarded(test, samba_response, sizeof(samba_response));
	KUNIT_ASSERT_EQ(test, 0, smbsign_caps_find(list, sizeof(samba_response),
						   3, &data, &len));
	KUNIT_EXPECT_EQ(test, len, 4);
	KUNIT_EXPECT_EQ(test, 0, smbsign_caps_accept(data, len, &all, &alg));
	KUNIT_EXPECT_EQ(test, alg, GMAC);
}

/* Cut at every length it is either whole or an error; in each case no oops. */
static void test_caps_find_truncated(struct kunit *test)
{
	/* Where the last of its four contexts ends */
	for (size_t n = 0; n < sizeof(samba_request); n++) {
		u8 *list = guarded(test, samba_request, n);
		const u8 *data;
		size_t len;

		KUNIT_EXPECT_EQ_MSG(test, -EPROTO,
				    smbsign_caps_find(list, n, 4, &data, &len),
				    "%zu bytes", n);
		/* The third one is what is looked for. */
		KUNIT_EXPECT_EQ_MSG(test, n < 88 ? -EPROTO : 0,
				    smbsign_caps_find(list, n, 3, &data, &len),
				    "%zu bytes", n);
	}
}

static void test_caps_find_how_many(struct kunit *test)
{
	const u8 *list = guarded(test, samba_request, sizeof(samba_request));
	const u8 *data;
	size_t len;

	for (unsigned int num = 0; num <= 8; num++)
		KUNIT_EXPECT_EQ_MSG(test, num < 3 ? -ENOENT :
					  num < 5 ? 0 : -EPROTO,
				    smbsign_caps_find(list,
						      sizeof(samba_request),
						      num, &data, &len),
				    "%u contexts", num);
	KUNIT_EXPECT_EQ(test, -EPROTO,
			smbsign_caps_find(list, sizeof(samba_request), UINT_MAX,
					  &data, &len));
}

/* 3.2.5.2, 3.3.5.4: only one, wherever the second stands */
static void test_caps_find_two(struct kunit *test)
{
	static const u8 caps[] = {
		0x08, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x00,
		0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,
	};
	u8 *list = kunit_guarded_buf(test, 3 * sizeof(caps));
	const u8 *data;
	size_t len;

	for (int bits = 1; bits < 8; bits++) {
		for (int i = 0; i < 3; i++) {
			memcpy(list + i * sizeof(caps), caps, sizeof(caps));
			if (!(bits & BIT(i)))
				list[i * sizeof(caps)] = 2;
		}
		KUNIT_EXPECT_EQ_MSG(test, is_power_of_2(bits) ? 0 : -EPROTO,
				    smbsign_caps_find(list, 3 * sizeof(caps), 3,
						      &data, &len),
				    "bits %d", bits);
	}
}

/* Contexts of every length, so with every padding, also the last without any */
static void test_caps_find_padding(struct kunit *test)
{
	for (size_t first = 0; first < 40; first++) {
		size_t at = ALIGN(8 + first, 8);
		u8 *list = kunit_guarded_buf(test, at + 8 + 5);
		const u8 *data = NULL;
		size_t len = 0;

		memset(list, 0xa5, at + 8 + 5);
		put_unaligned_le16(2, list);
		put_unaligned_le16(first, list + 2);
		put_unaligned_le16(8, list + at);
		put_unaligned_le16(5, list + at + 2);
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    smbsign_caps_find(list, at + 8 + 5, 2,
						      &data, &len),
				    "length %zu", first);
		KUNIT_EXPECT_PTR_EQ(test, data, (const u8 *)list + at + 8);
		KUNIT_EXPECT_EQ(test, len, 5);
	}
}

/* Whatever is found is inside, and what is chosen is something. */
static void check_fuzzed(struct kunit *test, const u8 *list, size_t n,
			 unsigned int num, unsigned int *num_found)
{
	const struct smbsign_alg_list all = { { GMAC, CMAC, HMAC }, 3 };
	enum smbsign_alg alg = UNTOUCHED;
	const u8 *data;
	size_t len;
	int err;

	err = smbsign_caps_find(list, n, num, &data, &len);
	if (err) {
		KUNIT_EXPECT_TRUE(test, err == -EPROTO || err == -ENOENT);
		return;
	}
	(*num_found)++;
	KUNIT_ASSERT_TRUE(test, data >= list + 8 && data + len <= list + n);
	err = smbsign_caps_choose(data, len, &all, &alg);
	KUNIT_EXPECT_TRUE(test, err ? err == -EPROTO && alg == UNTOUCHED :
				      alg <= GMAC);
	err = smbsign_caps_accept(data, len, &all, &alg);
	KUNIT_EXPECT_TRUE(test, !err || err == -EPROTO);
}

static void test_caps_fuzz(struct kunit *test)
{
	u8 *end = (u8 *)kunit_guarded_buf(test, 256) + 256;
	unsigned int num_found = 0;

	rand_seed(1);
	for (int round = 0; round < FUZZ_ROUNDS; round++) {
		u32 state = rand_state();
		size_t n = round % 2 ? sizeof(samba_request) :
				       rand_below(100);
		u8 *list = end - n;

		if (round % 2)
			memcpy(list, samba_request, n);
		else
			rand_bytes(list, n);
		for (int i = rand_below(6); n && i; i--)
			list[rand_below(n)] = rand_u32() >> rand_below(32);
		check_fuzzed(test, list, n, rand_below(6), &num_found);
		KUNIT_ASSERT_EQ_MSG(test, test->status, KUNIT_SUCCESS,
				    "rand_seed(%u)", state);
	}
	/* Not everything may be refused. */
	KUNIT_EXPECT_GT(test, num_found, FUZZ_ROUNDS / 20);
}

static struct kunit_case negotiate_test_cases[] = {
	KUNIT_CASE(test_caps_build),
	KUNIT_CASE(test_caps_build_room),
	KUNIT_CASE(test_caps_build_refuses),
	KUNIT_CASE_PARAM(test_caps_choose, choose_gen_params),
	KUNIT_CASE(test_caps_choose_odd_lists),
	KUNIT_CASE(test_caps_round_trip),
	KUNIT_CASE_PARAM(test_caps_accept, accept_gen_params),
	KUNIT_CASE(test_caps_shorter_than_count),
	KUNIT_CASE(test_caps_captured),
	KUNIT_CASE(test_caps_find_truncated),
	KUNIT_CASE(test_caps_find_how_many),
	KUNIT_CASE(test_caps_find_two),
	KUNIT_CASE(test_caps_find_padding),
	KUNIT_CASE(test_caps_fuzz),
	{}
};

static struct kunit_suite negotiate_test_suite = {
	.name = "smbsign_negotiate",
	.test_cases = negotiate_test_cases,
};

kunit_test_suite(negotiate_test_suite);
