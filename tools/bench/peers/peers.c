// SPDX-License-Identifier: GPL-2.0-only
/*
 * One round of measurements of user-space libraries, in the words of
 * smbsign_bench.ko: the two run in turns in the same guest.
 *
 *	sample ALGORITHM JOB WHERE BYTES WAY CYCLES*100 FLOOD
 *
 * Before anything is measured, all peers have to agree on every tag.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../quiet.h"
#include "peers.h"

#define MAX_LEN		1048576
#define MIN_SAMPLE_LEN	131072

static const struct peer *const all[] = {
#ifdef WITH_OPENSSL
	&openssl_peer,
#endif
#ifdef WITH_GNUTLS
	&gnutls_peer,
#endif
#ifdef WITH_IPSEC_MB
	&ipsec_mb_peer,
#endif
};

#define NUM_PEERS	ARRAY_SIZE(all)

static const char *const alg_names[] = { "hmac-sha256", "aes-cmac", "aes-gmac" };
static const size_t lens[] = { 128, 4096, 65536, MAX_LEN };
static struct pdu pdus[BATCH];

static void measure(const struct peer *peer, enum alg alg, unsigned int num)
{
	size_t repeat = MIN_SAMPLE_LEN / (pdus[0].len * num);
	unsigned long long cycles, deadline = quiet_deadline();
	struct quiet_probe probe;
	bool in_time;

	repeat = repeat ? repeat : 1;
	do {
		in_time = quiet_wait(deadline);
		peer->sign(alg, pdus, num);
		cycles = quiet_now();
		for (size_t i = 0; i < repeat; i++)
			peer->sign(alg, pdus, num);
		cycles = quiet_now() - cycles;
		probe = quiet_probe();
	} while (!quiet_is(&probe) && in_time);
	cycles = cycles * QUIET_CHAIN / probe.chain;
	printf("sample %s %s process %zu %s %llu %u\n", alg_names[alg],
	       num > 1 ? "batch" : "sign", pdus[0].len, peer->name,
	       cycles * 100 / (repeat * num), probe.flood);
}

static void check_agreement(enum alg alg, const struct peer *peer)
{
	__u8 tags[BATCH][TAG_LEN];

	all[0]->sign(alg, pdus, BATCH);
	for (int i = 0; i < BATCH; i++) {
		memcpy(tags[i], pdus[i].tag, TAG_LEN);
		memset(pdus[i].tag, 0, TAG_LEN);
	}
	peer->sign(alg, pdus, BATCH);
	for (int i = 0; i < BATCH; i++) {
		if (memcmp(tags[i], pdus[i].tag, TAG_LEN)) {
			fprintf(stderr, "peers: %s and %s differ in %s of %zu bytes\n",
				all[0]->name, peer->name, alg_names[alg],
				pdus[i].len);
			exit(1);
		}
	}
}

static void measure_peer(const struct peer *peer, enum alg alg)
{
	bool one = peer->can(alg, false, pdus[0].len);
	bool many = peer->can(alg, true, pdus[0].len);

	if (one || many)
		check_agreement(alg, peer);
	if (one)
		measure(peer, alg, 1);
	if (many)
		measure(peer, alg, BATCH);
}

static void fill_pdus(void)
{
	for (int i = 0; i < BATCH; i++) {
		__u8 *data = malloc(MAX_LEN);

		if (!data)
			exit(1);
		memset(data, i, MAX_LEN);
		memset(pdus[i].key, 16 + i, KEY_LEN);
		memset(pdus[i].nonce, i, NONCE_LEN);
		pdus[i].data = data;
	}
}

int main(void)
{
	fill_pdus();
	quiet_learn();
	for (size_t p = 0; p < NUM_PEERS; p++) {
		if (!all[p]->init(pdus)) {
			fprintf(stderr, "peers: no %s\n", all[p]->name);
			return 1;
		}
	}
	for (size_t l = 0; l < ARRAY_SIZE(lens); l++) {
		for (int i = 0; i < BATCH; i++)
			pdus[i].len = lens[l];
		for (int alg = 0; alg < NUM_ALGS; alg++) {
			for (size_t p = 0; p < NUM_PEERS; p++)
				measure_peer(all[p], alg);
		}
	}
	return 0;
}
