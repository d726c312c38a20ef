#!/bin/bash
# The analyzers have nothing to say about the sources, the scripts and the man page.
exec "$ROOT/tools/lint"
