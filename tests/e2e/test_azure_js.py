#!/usr/bin/env python3
"""The published JS SDK, @azure/arm-security 5.0.0, unmodified, against a center: the cases are in azure_js.cjs."""
import os
import pathlib
import subprocess
import sys

import azure_center

folder, why = azure_center.js_sdk()
if not folder:
    print(why)
    sys.exit(77)
with azure_center.Center() as center:
    done = subprocess.run(["node", pathlib.Path(__file__).with_name("azure_js.cjs")], cwd=folder, check=False,
                          env={**os.environ, "URL": center.url, "TOKEN": center.token,
                               "NODE_EXTRA_CA_CERTS": str(center.ca)})
sys.exit(done.returncode)
