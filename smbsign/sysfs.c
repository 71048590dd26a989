// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/smbsign: settings and counters as files, one value a file.  See
 * Documentation/ABI/testing/sysfs-kernel-smbsign.
 *
 * Whoever may open a file for writing still needs CAP_SYS_ADMIN to write.
 */
#include <linux/capability.h>
#include <linux/errno.h>
#include <linux/kobject.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "internal.h"

static struct kobject *root_kobj;
static struct kobject *client_kobj;
static struct kobject *server_kobj;
static struct kobject *stats_kobj;

/* client/ and server/: a file for each setting */

struct setting_file {
	struct kobj_attribute attr;
	unsigned int index;		/* in smbsign_settings[] */
};

static const struct smbsign_setting *file_setting(struct kobj_attribute *attr)
{
	const struct setting_file *file =
		container_of(attr, struct setting_file, attr);

	return &smbsign_settings[file->index];
}

static ssize_t setting_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	char text[SMBSIGN_SETTING_TEXT_SIZE];
	struct smbsign_policy policy;

	smbsign_policy_get(&policy);
	smbsign_setting_format(file_setting(attr), &policy, text);
	return sysfs_emit(buf, "%s\n", text);
}

static ssize_t setting_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = smbsign_settings_set(file_setting(attr), buf);
	return err ?: count;
}

/* One for each setting, made from smbsign_settings[] at registration */
static struct setting_file setting_files[SMBSIGN_NUM_SETTINGS];

static int __init create_settings(void)
{
	for (unsigned int i = 0; i < SMBSIGN_NUM_SETTINGS; i++) {
		struct setting_file *file = &setting_files[i];
		const char *name = smbsign_settings[i].name;
		bool is_client = str_has_prefix(name, "client/");
		int err;

		file->index = i;
		sysfs_attr_init(&file->attr.attr);
		file->attr.attr.name = strchr(name, '/') + 1;
		file->attr.attr.mode = 0644;
		file->attr.show = setting_show;
		file->attr.store = setting_store;
		err = sysfs_create_file(is_client ? client_kobj : server_kobj,
					&file->attr.attr);
		if (err)
			return err;
	}
	return 0;
}

/* Names with the one in force in brackets */
static int emit_choice(char *buf, int at, const char *name, const char *chosen)
{
	const char *blank = at ? " " : "";

	if (!strcmp(name, chosen))
		return sysfs_emit_at(buf, at, "%s[%s]", blank, name);
	return sysfs_emit_at(buf, at, "%s%s", blank, name);
}

static ssize_t profile_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	const char *chosen = smbsign_settings_profile();
	const struct smbsign_profile *p;
	int at = 0;

	for (p = smbsign_profiles; p->name; p++)
		at += emit_choice(buf, at, p->name, chosen);
	at += emit_choice(buf, at, "custom", chosen);
	return at + sysfs_emit_at(buf, at, "\n");
}

static ssize_t profile_store(struct kobject *kobj, struct kobj_attribute *attr,
			     const char *buf, size_t count)
{
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = smbsign_settings_set_profile(buf);
	return err ?: count;
}

static ssize_t lock_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%d\n", smbsign_settings_is_locked());
}

static ssize_t lock_store(struct kobject *kobj, struct kobj_attribute *attr,
			  const char *buf, size_t count)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!sysfs_streq(buf, "1"))
		return smbsign_settings_is_locked() ? -EPERM : -EINVAL;
	smbsign_settings_lock();
	return count;
}

static ssize_t engine_show(struct kobject *kobj, struct kobj_attribute *attr,
			   char *buf)
{
	const char *requested = smbsign_engine_requested();
	const struct smbsign_engine *engine;
	int at = emit_choice(buf, 0, "auto", requested);

	for (int i = 0; (engine = smbsign_engine_supported(i)); i++)
		at += emit_choice(buf, at, engine->name, requested);
	return at + sysfs_emit_at(buf, at, "\n");
}

static ssize_t engine_store(struct kobject *kobj, struct kobj_attribute *attr,
			    const char *buf, size_t count)
{
	char name[SMBSIGN_SETTING_TEXT_SIZE];
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (strscpy(name, buf, sizeof(name)) < 0)
		return -EINVAL;
	err = smbsign_settings_set_engine(strim(name));
	return err ?: count;
}

static ssize_t engine_running_show(struct kobject *kobj,
				   struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", smbsign_engine_current()->name);
}

static ssize_t engine_drivers_show(struct kobject *kobj,
				   struct kobj_attribute *attr, char *buf)
{
	char names[256];

	smbsign_engine_current()->describe(names, sizeof(names));
	return sysfs_emit(buf, "%s\n", names);
}

static struct kobj_attribute profile_attr = __ATTR_RW(profile);
static struct kobj_attribute lock_attr = __ATTR_RW(lock);
static struct kobj_attribute engine_attr = __ATTR_RW(engine);
static struct kobj_attribute engine_running_attr = __ATTR_RO(engine_running);
static struct kobj_attribute engine_drivers_attr = __ATTR_RO(engine_drivers);

static struct attribute *root_attrs[] = {
	&profile_attr.attr,
	&lock_attr.attr,
	&engine_attr.attr,
	&engine_running_attr.attr,
	&engine_drivers_attr.attr,
	NULL
};

static const struct attribute_group root_group = { .attrs = root_attrs };

/* stats/: a file for each counter */

#define STATS_FILE(_file, _field)					\
	static ssize_t _field ## _show(struct kobject *kobj,		\
				       struct kobj_attribute *attr,	\
				       char *buf)			\
	{								\
		struct smbsign_stats stats;				\
									\
		smbsign_stats_read(&stats);				\
		return sysfs_emit(buf, "%llu\n", stats._field);		\
	}								\
	static struct kobj_attribute _field ## _attr = {		\
		.attr = { .name = _file, .mode = 0444 },		\
		.show = _field ## _show,				\
	}

STATS_FILE("signed", signed_msgs);
STATS_FILE("verified", verified);
STATS_FILE("bad_signature", bad_signature);
STATS_FILE("refused", refused);
STATS_FILE("accepted_unsigned", accepted_unsigned);
STATS_FILE("nonce_refused", nonce_refused);
STATS_FILE("queue_full", queue_full);
STATS_FILE("signed_bytes", signed_bytes);
STATS_FILE("verified_bytes", verified_bytes);

static struct attribute *stats_attrs[] = {
	&signed_msgs_attr.attr,
	&verified_attr.attr,
	&bad_signature_attr.attr,
	&refused_attr.attr,
	&accepted_unsigned_attr.attr,
	&nonce_refused_attr.attr,
	&queue_full_attr.attr,
	&signed_bytes_attr.attr,
	&verified_bytes_attr.attr,
	NULL
};

static const struct attribute_group stats_group = { .attrs = stats_attrs };

static int __init create_dir(struct kobject **kobj_ret, const char *name,
			     struct kobject *parent)
{
	*kobj_ret = kobject_create_and_add(name, parent);
	return *kobj_ret ? 0 : -ENOMEM;
}

/**
 * smbsign_sysfs_register() - show /sys/kernel/smbsign
 *
 * Context: Process context.
 * Return: 0, or an error; nothing is shown then.
 */
int __init smbsign_sysfs_register(void)
{
	int err;

	err = create_dir(&root_kobj, "smbsign", kernel_kobj) ?:
	      create_dir(&client_kobj, "client", root_kobj) ?:
	      create_dir(&server_kobj, "server", root_kobj) ?:
	      create_dir(&stats_kobj, "stats", root_kobj) ?:
	      create_settings() ?:
	      sysfs_create_group(root_kobj, &root_group) ?:
	      sysfs_create_group(stats_kobj, &stats_group);
	if (err)
		smbsign_sysfs_unregister();
	return err;
}

/**
 * smbsign_sysfs_unregister() - take it away; no file is in use afterwards
 *
 * Context: Process context.
 */
void smbsign_sysfs_unregister(void)
{
	/* Removing a directory removes its files and waits for their users. */
	kobject_put(stats_kobj);
	kobject_put(server_kobj);
	kobject_put(client_kobj);
	kobject_put(root_kobj);
}
