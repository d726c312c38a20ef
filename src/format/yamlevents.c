#include "format/yamlevents.h"

int yamlevents_wrong(const char *name, const yaml_event_t *at, struct error *e, const char *why)
{
	return error_set(e, ERR_FORMAT, "%s: line %zu: %s", name, at->start_mark.line + 1, why);
}

static int next(const char *name, yaml_parser_t *parser, yamlevents_each *each, void *ctx,
                struct error *e)
{
	yaml_event_t event;
	int r;

	if (!yaml_parser_parse(parser, &event))
		return error_set(e, ERR_FORMAT, "%s: line %zu: %s", name,
		                 parser->problem_mark.line + 1,
		                 parser->problem ? parser->problem : "malformed");
	r = event.type == YAML_ALIAS_EVENT
	            ? yamlevents_wrong(name, &event, e, "aliases are not read")
	            : each(ctx, &event, e);
	if (r >= 0)
		r = event.type != YAML_STREAM_END_EVENT;
	yaml_event_delete(&event);
	return r;
}

int yamlevents_read(const char *name, str text, yamlevents_each *each, void *ctx, struct error *e)
{
	yaml_parser_t parser;
	int r;

	if (!yaml_parser_initialize(&parser))
		return error_set(e, ERR_LIMIT, "%s: no memory", name);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(text.n ? text.p : ""),
	                             text.n);
	while ((r = next(name, &parser, each, ctx, e)) > 0)
		;
	yaml_parser_delete(&parser);
	return r;
}
