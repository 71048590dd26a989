// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force, kept over a test.
 */
#include <kunit/resource.h>
#include <linux/errno.h>

#include "internal.h"
#include "settings-utils.h"

/* What was in force before a test */
struct former {
	const char *profile;
	struct smbsign_policy policy;
};

static void restore_settings(void *data)
{
	const struct former *former = data;
	char text[SMBSIGN_SETTING_TEXT_SIZE];

	/* Of no profile if "custom": then one by one */
	if (!smbsign_settings_set_profile(former->profile))
		return;
	for (int i = 0; i < SMBSIGN_NUM_SETTINGS; i++) {
		smbsign_setting_format(&smbsign_settings[i], &former->policy,
				       text);
		smbsign_settings_set(&smbsign_settings[i], text);
	}
}

int keep_settings(struct kunit *test)
{
	struct former *former = kunit_kzalloc(test, sizeof(*former), GFP_KERNEL);

	if (!former)
		return -ENOMEM;
	former->profile = smbsign_settings_profile();
	smbsign_policy_get(&former->policy);
	return kunit_add_action_or_reset(test, restore_settings, former);
}
