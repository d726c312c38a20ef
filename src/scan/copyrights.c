#include "scan/copyrights.h"

static str license_of(struct rootfs *tree, const struct layer_result *results, struct arena *a,
                      str name)
{
	str path = arena_printf(a, "usr/share/doc/%.*s/copyright", STR_FMT(name));
	const struct node *n = rootfs_find(tree, rootfs_real(tree, a, path));

	if (!n || n->entry->kind != ENTRY_FILE || !n->entry->owned.n ||
	    !str_eq(n->entry->detector, STR("dpkg-license")))
		return (str){ 0 };
	return results[n->layer].owned.v[n->entry->owned.first].owner;
}

void copyrights_join(struct rootfs *tree, const struct layer_result *results, struct arena *a,
                     struct scan_report *into)
{
	for (size_t i = 0; i < into->packages.n && !a->failed; i++) {
		struct package *p = &into->packages.v[i];
		if (p->type == PACKAGE_DEB && !p->license.n && str_chr(p->name, '/') == p->name.n)
			p->license = license_of(tree, results, a, p->name);
	}
}
