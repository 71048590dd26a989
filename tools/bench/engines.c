// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engines of smbsign.  It shows them to its tests only, so a kernel without
 * KUnit measures the engine in force.
 */
#include <linux/module.h>

#include "internal.h"
#include "bench.h"

#if IS_ENABLED(CONFIG_KUNIT)

/* The name of engine @i, or NULL behind the last */
const char *engine_name(unsigned int i)
{
	const struct smbsign_engine *engine = smbsign_engine_supported(i);

	return engine ? engine->name : NULL;
}

void engine_describe(unsigned int i, char *buf, size_t size)
{
	smbsign_engine_supported(i)->describe(buf, size);
}

int engine_select(unsigned int i)
{
	return smbsign_engine_select(engine_name(i));
}

void engine_restore(void)
{
	smbsign_engine_select("auto");
}

MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");

#else

const char *engine_name(unsigned int i)
{
	return i ? NULL : "smbsign";
}

void engine_describe(unsigned int i, char *buf, size_t size)
{
	strscpy(buf, "the engine in force", size);
}

int engine_select(unsigned int i)
{
	return 0;
}

void engine_restore(void)
{
}

#endif
