// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force: where it is kept, its text form, and how it changes.
 *
 * Readers in softirq take a copy under RCU and never see half a change; writers
 * publish a whole new policy, one at a time.  Each change is logged and told to
 * user space by a uevent of the module, with who, what, from and to.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "internal.h"

#define PROFILE_CUSTOM	"custom"

/*
 * @profile: the one that @policy is; NULL if it is none's
 * @written: the one that was asked for last
 */
struct settings {
	struct smbsign_policy policy;
	const struct smbsign_profile *profile;
	const struct smbsign_profile *written;
	struct rcu_head rcu;
};

static struct settings __rcu *settings;
static bool locked;			/* written under settings_mutex */
static DEFINE_MUTEX(settings_mutex);

/* Each setting is a module parameter too: text, parsed as sysfs does. */
#define SETTING_PARAM(_dir, _field)					\
	static char *_dir ## _ ## _field;				\
	module_param(_dir ## _ ## _field, charp, 0444);			\
	MODULE_PARM_DESC(_dir ## _ ## _field,				\
			 "as /sys/kernel/smbsign/" #_dir "/" #_field)

#define SETTING(_dir, _field, _type) {					\
	.name = #_dir "/" #_field,					\
	.offset = offsetof(struct smbsign_policy, _dir._field),		\
	.type = _type,							\
	.param = &_dir ## _ ## _field,					\
}

SETTING_PARAM(client, require_security_signature);
SETTING_PARAM(client, enable_security_signature);
SETTING_PARAM(client, allow_insecure_guest);
SETTING_PARAM(client, audit_server_does_not_support_signing);
SETTING_PARAM(client, audit_insecure_guest_logon);
SETTING_PARAM(client, signing_algorithms);
SETTING_PARAM(server, require_security_signature);
SETTING_PARAM(server, enable_security_signature);
SETTING_PARAM(server, audit_client_does_not_support_signing);
SETTING_PARAM(server, signing_algorithms);

const struct smbsign_setting smbsign_settings[SMBSIGN_NUM_SETTINGS] = {
	SETTING(client, require_security_signature, SMBSIGN_SETTING_BOOL),
	SETTING(client, enable_security_signature, SMBSIGN_SETTING_BOOL),
	SETTING(client, allow_insecure_guest, SMBSIGN_SETTING_BOOL),
	SETTING(client, audit_server_does_not_support_signing,
		SMBSIGN_SETTING_BOOL),
	SETTING(client, audit_insecure_guest_logon, SMBSIGN_SETTING_BOOL),
	SETTING(client, signing_algorithms, SMBSIGN_SETTING_ALGS),
	SETTING(server, require_security_signature, SMBSIGN_SETTING_BOOL),
	SETTING(server, enable_security_signature, SMBSIGN_SETTING_BOOL),
	SETTING(server, audit_client_does_not_support_signing,
		SMBSIGN_SETTING_BOOL),
	SETTING(server, signing_algorithms, SMBSIGN_SETTING_ALGS),
};
EXPORT_SYMBOL_IF_KUNIT(smbsign_settings);

/* Secure by default: what current Windows 11 has */
static char *profile = "windows-11-24h2";
module_param(profile, charp, 0444);
MODULE_PARM_DESC(profile, "as /sys/kernel/smbsign/profile; single settings override it");

static bool lock;
module_param(lock, bool, 0444);
MODULE_PARM_DESC(lock, "as /sys/kernel/smbsign/lock");

static const char *const alg_names[] = {
	[SMBSIGN_HMAC_SHA256]	= "hmac-sha256",
	[SMBSIGN_AES_CMAC]	= "aes-cmac",
	[SMBSIGN_AES_GMAC]	= "aes-gmac",
};

/* Words between blanks or commas, for module parameters have no blanks */
static int parse_algs(struct smbsign_alg_list *list, const char *text)
{
	static const char separators[] = " \t\n,";
	struct smbsign_alg_list new = {};

	while (*(text += strspn(text, separators))) {
		size_t len = strcspn(text, separators);
		unsigned int alg = 0;

		while (alg < ARRAY_SIZE(alg_names) &&
		       (strlen(alg_names[alg]) != len ||
			strncmp(alg_names[alg], text, len)))
			alg++;
		if (alg == ARRAY_SIZE(alg_names))
			return -EINVAL;
		for (unsigned int i = 0; i < new.num; i++) {
			if (new.alg[i] == alg)
				return -EINVAL;
		}
		new.alg[new.num++] = alg;
		text += len;
	}
	if (!new.num)
		return -EINVAL;
	*list = new;
	return 0;
}

static void format_algs(const struct smbsign_alg_list *list,
			char text[SMBSIGN_SETTING_TEXT_SIZE])
{
	text[0] = '\0';
	for (unsigned int i = 0; i < list->num; i++) {
		if (i)
			strlcat(text, " ", SMBSIGN_SETTING_TEXT_SIZE);
		strlcat(text, alg_names[list->alg[i]],
			SMBSIGN_SETTING_TEXT_SIZE);
	}
}

/**
 * smbsign_setting_format() - a setting as text
 * @setting: which
 * @policy: of which policy
 * @text: where it goes, without a newline
 *
 * Context: Any context.
 */
void smbsign_setting_format(const struct smbsign_setting *setting,
			    const struct smbsign_policy *policy,
			    char text[SMBSIGN_SETTING_TEXT_SIZE])
{
	const void *field = (const u8 *)policy + setting->offset;

	if (setting->type == SMBSIGN_SETTING_ALGS)
		format_algs(field, text);
	else
		strscpy(text, *(const bool *)field ? "1" : "0",
			SMBSIGN_SETTING_TEXT_SIZE);
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_setting_format);

/**
 * smbsign_setting_parse() - a setting from text
 * @setting: which
 * @policy: in which policy; unchanged on error
 * @text: "0" or "1"; or names of algorithms, the most preferred first, each at
 *	  most once.  A newline at the end does not matter.
 *
 * Context: Any context.
 * Return: 0, or -EINVAL for any other word.
 */
int smbsign_setting_parse(const struct smbsign_setting *setting,
			  struct smbsign_policy *policy, const char *text)
{
	void *field = (u8 *)policy + setting->offset;

	if (setting->type == SMBSIGN_SETTING_ALGS)
		return parse_algs(field, text);
	if (!sysfs_streq(text, "0") && !sysfs_streq(text, "1"))
		return -EINVAL;
	*(bool *)field = text[0] == '1';
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_setting_parse);

static const struct smbsign_profile *profile_find(const char *name)
{
	const struct smbsign_profile *p;

	for (p = smbsign_profiles; p->name; p++) {
		if (sysfs_streq(name, p->name))
			return p;
	}
	return NULL;
}

static bool profile_is(const struct smbsign_profile *p,
		       const struct smbsign_policy *policy)
{
	struct smbsign_policy of_profile;

	smbsign_profile_apply(p, &of_profile);
	return !memcmp(&of_profile, policy, sizeof(of_profile));
}

/* If two names stand for the policy, it is the one that was written last. */
static void profile_recognise(struct settings *s)
{
	const struct smbsign_profile *p;

	s->profile = NULL;
	if (s->written && profile_is(s->written, &s->policy))
		s->profile = s->written;
	for (p = smbsign_profiles; p->name && !s->profile; p++) {
		if (profile_is(p, &s->policy))
			s->profile = p;
	}
}

static const char *profile_name(const struct settings *s)
{
	return s->profile ? s->profile->name : PROFILE_CUSTOM;
}

/* One log line and one uevent for what has changed. */
static void tell(const char *name, const char *from, const char *to)
{
	uid_t uid = from_kuid(&init_user_ns, current_uid());
	pid_t pid = task_tgid_nr(current);
	char *env[6] = {
		kasprintf(GFP_KERNEL, "SMBSIGN_SETTING=%s", name),
		kasprintf(GFP_KERNEL, "SMBSIGN_FROM=%s", from),
		kasprintf(GFP_KERNEL, "SMBSIGN_TO=%s", to),
		kasprintf(GFP_KERNEL, "SMBSIGN_UID=%u", uid),
		kasprintf(GFP_KERNEL, "SMBSIGN_PID=%d", pid),
	};

	pr_notice("%s changed from \"%s\" to \"%s\" by uid %u, %s[%d]\n", name,
		  from, to, uid, current->comm, pid);
	/* Short of memory, user space is told what there was room for. */
	kobject_uevent_env(&THIS_MODULE->mkobj.kobj, KOBJ_CHANGE, env);
	for (int i = 0; i < ARRAY_SIZE(env); i++)
		kfree(env[i]);
}

static struct settings *settings_locked(void)
{
	return rcu_dereference_protected(settings,
					 lockdep_is_held(&settings_mutex));
}

/* A copy to be changed; settings_mutex is held until settings_publish(). */
static struct settings *settings_begin(void)
{
	struct settings *new;

	mutex_lock(&settings_mutex);
	if (locked) {
		mutex_unlock(&settings_mutex);
		return ERR_PTR(-EPERM);
	}
	new = kmemdup(settings_locked(), sizeof(*new), GFP_KERNEL);
	if (!new) {
		mutex_unlock(&settings_mutex);
		return ERR_PTR(-ENOMEM);
	}
	return new;
}

static void settings_abort(struct settings *new)
{
	mutex_unlock(&settings_mutex);
	kfree(new);
}

static void settings_publish(struct settings *new, const char *name,
			     const char *from, const char *to)
{
	struct settings *old = settings_locked();

	profile_recognise(new);
	rcu_assign_pointer(settings, new);
	if (strcmp(from, to))
		tell(name, from, to);
	mutex_unlock(&settings_mutex);
	kfree_rcu(old, rcu);
}

/**
 * smbsign_settings_set() - change one setting
 * @setting: which
 * @text: as for smbsign_setting_parse()
 *
 * Context: Process context.
 * Return:
 * * 0
 * * -EINVAL - @text is no value of it; nothing has changed
 * * -EPERM - the policy is locked
 * * -ENOMEM
 */
int smbsign_settings_set(const struct smbsign_setting *setting,
			 const char *text)
{
	char from[SMBSIGN_SETTING_TEXT_SIZE], to[SMBSIGN_SETTING_TEXT_SIZE];
	struct settings *new = settings_begin();
	int err;

	if (IS_ERR(new))
		return PTR_ERR(new);
	smbsign_setting_format(setting, &new->policy, from);
	err = smbsign_setting_parse(setting, &new->policy, text);
	if (err) {
		settings_abort(new);
		return err;
	}
	smbsign_setting_format(setting, &new->policy, to);
	settings_publish(new, setting->name, from, to);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_settings_set);

/**
 * smbsign_settings_set_profile() - change all settings to those of a profile
 * @name: of the profile; "custom" is none
 *
 * Context: Process context.
 * Return: as smbsign_settings_set().
 */
int smbsign_settings_set_profile(const char *name)
{
	const struct smbsign_profile *p = profile_find(name);
	struct settings *new = settings_begin();
	const char *from;

	if (IS_ERR(new))
		return PTR_ERR(new);
	if (!p) {
		settings_abort(new);
		return -EINVAL;
	}
	from = profile_name(new);
	smbsign_profile_apply(p, &new->policy);
	new->written = p;
	settings_publish(new, "profile", from, p->name);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_settings_set_profile);

/**
 * smbsign_settings_profile() - the profile in force
 *
 * Context: Any context.
 * Return: its name, or "custom".
 */
const char *smbsign_settings_profile(void)
{
	const char *name;

	rcu_read_lock();
	name = profile_name(rcu_dereference(settings));
	rcu_read_unlock();
	return name;
}
EXPORT_SYMBOL_IF_KUNIT(smbsign_settings_profile);

/**
 * smbsign_settings_set_engine() - change the engine
 * @name: as for smbsign_engine_select()
 *
 * The engine is not policy: it makes no other signatures, so no lock holds it.
 *
 * Context: Process context.
 * Return: as smbsign_engine_select().
 */
int smbsign_settings_set_engine(const char *name)
{
	const char *from;
	int err;

	mutex_lock(&settings_mutex);
	from = smbsign_engine_requested();
	err = smbsign_engine_select(name);
	if (!err && strcmp(from, name))
		tell("engine", from, name);
	mutex_unlock(&settings_mutex);
	return err;
}

/**
 * smbsign_settings_lock() - fix the policy until the module is unloaded
 *
 * Context: Process context.
 * Return: 0.
 */
int smbsign_settings_lock(void)
{
	mutex_lock(&settings_mutex);
	if (!locked) {
		WRITE_ONCE(locked, true);
		tell("lock", "0", "1");
	}
	mutex_unlock(&settings_mutex);
	return 0;
}

/**
 * smbsign_settings_is_locked() - is the policy fixed?
 *
 * Context: Any context.
 * Return: true if so.
 */
bool smbsign_settings_is_locked(void)
{
	return READ_ONCE(locked);
}

void smbsign_policy_get(struct smbsign_policy *policy)
{
	rcu_read_lock();
	memcpy(policy, &rcu_dereference(settings)->policy, sizeof(*policy));
	rcu_read_unlock();
}
EXPORT_SYMBOL_GPL(smbsign_policy_get);

static int __init settings_from_params(struct settings *s)
{
	s->written = profile_find(profile);
	if (!s->written) {
		pr_err("profile=%s: no such profile\n", profile);
		return -EINVAL;
	}
	smbsign_profile_apply(s->written, &s->policy);
	for (int i = 0; i < ARRAY_SIZE(smbsign_settings); i++) {
		const struct smbsign_setting *setting = &smbsign_settings[i];
		const char *text = *setting->param;

		if (text && smbsign_setting_parse(setting, &s->policy, text)) {
			pr_err("%s: \"%s\" is no value of it\n", setting->name,
			       text);
			return -EINVAL;
		}
	}
	profile_recognise(s);
	return 0;
}

/**
 * smbsign_settings_startup() - the policy that the module parameters ask for
 *
 * Context: Process context.
 * Return: 0, -ENOMEM, or -EINVAL for a parameter, which has been logged.
 */
int __init smbsign_settings_startup(void)
{
	struct settings *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int err;

	if (!s)
		return -ENOMEM;
	err = settings_from_params(s);
	if (err) {
		kfree(s);
		return err;
	}
	RCU_INIT_POINTER(settings, s);
	locked = lock;
	return 0;
}

/* Also called on the way out of a failed load, so not __exit. */
void smbsign_settings_shutdown(void)
{
	kfree(rcu_dereference_protected(settings, true));
}
