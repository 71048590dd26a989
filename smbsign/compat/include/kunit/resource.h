/* SPDX-License-Identifier: GPL-2.0-only */
/* Each of the two includes the other; in this order both come to their end. */
#include <kunit/test.h>
#include_next <kunit/resource.h>

#ifndef _SMBSIGN_COMPAT_KUNIT_RESOURCE_H
#define _SMBSIGN_COMPAT_KUNIT_RESOURCE_H

#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/version.h>

/* "kunit: Add kunit_add_action() to defer a call until test exit", 6.5 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
typedef void (kunit_action_t)(void *);

struct smbsign_compat_action {
	kunit_action_t *action;
	void *ctx;
};

static inline void smbsign_compat_run_action(struct kunit_resource *res)
{
	struct smbsign_compat_action *deferred = res->data;

	deferred->action(deferred->ctx);
	kfree(deferred);
}

static inline int kunit_add_action_or_reset(struct kunit *test,
					    kunit_action_t *action, void *ctx)
{
	struct smbsign_compat_action *deferred;

	deferred = kzalloc(sizeof(*deferred), GFP_KERNEL);
	if (!deferred)
		goto err_reset;
	deferred->action = action;
	deferred->ctx = ctx;
	if (kunit_alloc_resource(test, NULL, smbsign_compat_run_action,
				 GFP_KERNEL, deferred))
		return 0;
	kfree(deferred);
err_reset:
	action(ctx);
	return -ENOMEM;
}
#endif

#endif /* _SMBSIGN_COMPAT_KUNIT_RESOURCE_H */
