/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our tracepoints' events, taken out of the ring buffer of a trace of our own.
 */
#ifndef _SMBSIGN_KUNIT_TRACE_UTILS_H
#define _SMBSIGN_KUNIT_TRACE_UTILS_H

#include <kunit/test.h>
#include <linux/types.h>

struct trace_array;
struct trace_buffer;
struct trace_event_file;
struct trace_event_fields;

enum event_id {
	EV_SIGN,
	EV_VERIFY,
	EV_REFUSE,
	EV_AUDIT,
	NUM_EVENTS,
};

extern const char *const event_names[NUM_EVENTS];

/* A trace with nothing but our events in it, and one event out of it */
struct tracer {
	struct kunit *test;
	struct trace_array *tr;
	struct trace_event_file *files[NUM_EVENTS];
	struct trace_buffer *buffer;
};

struct trace_record {
	enum event_id event;
	const u8 *entry;
	unsigned int len;
};

/* Lasts as long as the test, of which there may be one at a time. */
struct tracer *kunit_tracer(struct kunit *test);

/* The oldest event of a CPU; false if there is none */
bool trace_next(struct tracer *t, struct trace_record *r);

/* As the event describes them; the last one has no type. */
const struct trace_event_fields *trace_fields(const struct tracer *t,
					      enum event_id event);

/* A field of at most 8 bytes, and any; it ends the test if there is none. */
u64 trace_value(const struct tracer *t, const struct trace_record *r,
		const char *name);
const u8 *trace_bytes(const struct tracer *t, const struct trace_record *r,
		      const char *name, size_t *size_ret);

void expect_value(const struct tracer *t, const struct trace_record *r,
		  const char *name, u64 value);
void expect_no_event(struct tracer *t);

#endif /* _SMBSIGN_KUNIT_TRACE_UTILS_H */
