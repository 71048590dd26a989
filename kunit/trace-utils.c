// SPDX-License-Identifier: GPL-2.0-only
/*
 * Our tracepoints' events, see trace-utils.h.
 */
#include <linux/align.h>
#include <linux/err.h>
#include <linux/ring_buffer.h>
#include <linux/string.h>
#include <linux/trace.h>
#include <linux/trace_events.h>
#include <linux/unaligned.h>

#include "trace-utils.h"

#define INSTANCE	"smbsign_kunit"
#define SYSTEM		"smbsign"

const char *const event_names[NUM_EVENTS] = {
	"smbsign_sign", "smbsign_verify", "smbsign_refuse", "smbsign_audit",
};

static void free_tracer(void *data)
{
	struct tracer *t = data;

	trace_array_set_clr_event(t->tr, SYSTEM, NULL, /* enable= */ false);
	for (int i = 0; i < NUM_EVENTS; i++) {
		if (t->files[i])
			trace_put_event_file(t->files[i]);
	}
	trace_array_put(t->tr);
	trace_array_destroy(t->tr);
}

/* Reserving room for an event is the way to learn of the buffer. */
static void find_buffer(struct tracer *t)
{
	struct trace_event_buffer fbuffer = {};

	KUNIT_ASSERT_NOT_NULL(t->test,
			      trace_event_buffer_reserve(&fbuffer, t->files[0],
							 64));
	t->buffer = fbuffer.buffer;
	ring_buffer_discard_commit(fbuffer.buffer, fbuffer.event);
}

struct tracer *kunit_tracer(struct kunit *test)
{
	struct tracer *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	t->test = test;
	t->tr = trace_array_get_by_name(INSTANCE, /* systems= */ NULL);
	KUNIT_ASSERT_NOT_NULL(test, t->tr);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_action_or_reset(test, free_tracer, t));
	for (int i = 0; i < NUM_EVENTS; i++) {
		struct trace_event_file *file;

		file = trace_get_event_file(INSTANCE, SYSTEM, event_names[i]);
		KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(file), "%s",
				       event_names[i]);
		t->files[i] = file;
	}
	KUNIT_ASSERT_EQ(test, 0,
			trace_array_set_clr_event(t->tr, SYSTEM, NULL,
						  /* enable= */ true));
	find_buffer(t);
	return t;
}

bool trace_next(struct tracer *t, struct trace_record *r)
{
	struct ring_buffer_event *event = NULL;
	const struct trace_entry *entry;
	int cpu;

	for_each_online_cpu(cpu) {
		event = ring_buffer_consume(t->buffer, cpu, NULL, NULL);
		if (event)
			break;
	}
	if (!event)
		return false;
	entry = ring_buffer_event_data(event);
	r->entry = (const u8 *)entry;
	r->len = ring_buffer_event_length(event);
	r->event = 0;
	while (t->files[r->event]->event_call->event.type != entry->type)
		KUNIT_ASSERT_LT(t->test, ++r->event, NUM_EVENTS);
	return true;
}

const struct trace_event_fields *trace_fields(const struct tracer *t,
					      enum event_id event)
{
	return t->files[event]->event_call->class->fields_array;
}

/* They follow each other as in a structure. */
const u8 *trace_bytes(const struct tracer *t, const struct trace_record *r,
		      const char *name, size_t *size_ret)
{
	const struct trace_event_fields *field = trace_fields(t, r->event);
	size_t off = sizeof(struct trace_entry);

	for (; field->type; off += field->size, field++) {
		off = ALIGN(off, field->align);
		if (!strcmp(field->name, name))
			break;
	}
	KUNIT_ASSERT_NOT_NULL_MSG(t->test, field->type, "%s has no field %s",
				  event_names[r->event], name);
	KUNIT_ASSERT_LE(t->test, off + field->size, r->len);
	*size_ret = field->size;
	return r->entry + off;
}

u64 trace_value(const struct tracer *t, const struct trace_record *r,
		const char *name)
{
	size_t size;
	const u8 *data = trace_bytes(t, r, name, &size);

	switch (size) {
	case 1:
		return *data;
	case 2:
		return get_unaligned((const u16 *)data);
	case 4:
		return get_unaligned((const u32 *)data);
	default:
		KUNIT_ASSERT_EQ(t->test, size, 8);
		return get_unaligned((const u64 *)data);
	}
}

void expect_value(const struct tracer *t, const struct trace_record *r,
		  const char *name, u64 value)
{
	KUNIT_EXPECT_EQ_MSG(t->test, trace_value(t, r, name), value, "%s: %s",
			    event_names[r->event], name);
}

void expect_no_event(struct tracer *t)
{
	struct trace_record r;

	KUNIT_EXPECT_FALSE(t->test, trace_next(t, &r));
}
