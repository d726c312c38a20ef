#!/usr/bin/env python3
"""Azure's routes as bytes: shapes against the swagger's facts, every api-version, errors, pages, and requests that no SDK
would send. On SQLite, and on PostgreSQL where that is installed."""
import contextlib
import http.client
import re
import sys
import urllib.parse

import azure_center
import postgres
from azure_center import AT, K8S1, MDVM, QUALYS, REG1, REG2, RUNNING, SUB

SECURITY = "/providers/Microsoft.Security"
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z")
PATH = re.compile(r"/(subscriptions|providers)/.+[^/]")
URL = re.compile(r"https?://\S+")
DURATION = re.compile(r"PT0S")
NUMBER, TEXT, FLAG, ANY = (int, float), str, re.compile(r"True|False"), object
SEVERITY, FULL_SEVERITY = re.compile("Low|Medium|High"), re.compile("Unknown|Low|Medium|High|Critical")
CODE = re.compile("Healthy|Unhealthy|NotApplicable")
LINK = {"title": TEXT, "link": URL}

# Members of swagger's definitions; one that may be absent ends with '?', no others may be there.
ARTIFACT = {"repositoryName": TEXT, "registryHost": TEXT, "digest": re.compile(r"sha256:[0-9a-f]{64}"), "tags": [TEXT],
            "artifactType": re.compile("ContainerImage"), "mediaType": TEXT, "lastPushedToRegistryUTC?": DATE}
SOFTWARE = {"packageName": TEXT, "version": TEXT, "fixedVersion": TEXT,
            "fixStatus": re.compile("Unknown|FixAvailable|NoFixAvailable|Scheduled|WontFix"),
            "category": re.compile("OS|Language"), "language": TEXT, "vendor": TEXT, "evidence": [TEXT],
            "osDetails": {"osPlatform": re.compile("linux|windows"), "osVersion": TEXT, "osName": TEXT},
            "fixReference": (None, {"id": TEXT, "description": TEXT, "releaseDate?": DATE, "url": URL})}
VULNERABILITY = {"cveId": TEXT, "severity": FULL_SEVERITY, "publishedDate?": DATE, "lastModifiedDate?": DATE,
                 "cvss": {"2.0": (None, {"base": NUMBER, "cvssVectorString": TEXT}),
                          "3.0": (None, {"base": NUMBER, "cvssVectorString": TEXT}),
                          "4.0?": {"base": NUMBER, "cvssVectorString": TEXT}},
                 "references": [LINK], "weaknesses": {"cwe": [{"id": re.compile(r"CWE-\d+")}]}, "workarounds": [ANY],
                 "exploitabilityAssessment": {"exploitStepsPublished": bool, "exploitStepsVerified": bool,
                                              "isInExploitKit": bool, "exploitUris": [URL], "types": [TEXT]},
                 "cpe": (None, dict)}
LATER = {"assessedResourceType": re.compile("AzureContainerRegistryVulnerability"), "cvssV30Score?": NUMBER,
         "artifactDetails": ARTIFACT, "softwareDetails?": SOFTWARE, "vulnerabilityDetails?": VULNERABILITY}
FIRST = {**LATER, "assessedResourceType": re.compile("ContainerRegistryVulnerability"),
         "type": re.compile("Vulnerability|Potential Vulnerability|Information Gathered"), "patchable": bool,
         "cvss": {"2.0?": {"base": NUMBER}, "3.0?": {"base": NUMBER}, "4.0?": {"base": NUMBER}}, "cve": [LINK],
         "publishedTime?": DATE, "vendorReferences": [LINK], "repositoryName": TEXT, "imageDigest": TEXT,
         "registryHost": TEXT, "imageDetails": {"os": re.compile("Linux|Windows"), "osDetails": TEXT}}
FINDING = {"id": TEXT, "displayName": TEXT, "description": TEXT, "remediation": TEXT, "category?": TEXT, "impact?": TEXT,
           "status": {"code": CODE, "cause": TEXT, "description": TEXT, "severity?": FULL_SEVERITY},
           "timeGenerated": DATE,
           "resourceDetails": {"source": re.compile("Azure"), "id": re.compile(r"/repositories/.+/images/sha256:.+")}}
METADATA = {"displayName": TEXT, "severity": SEVERITY, "assessmentType": re.compile("BuiltIn|CustomerManaged"),
            "policyDefinitionId?": re.compile(r"/providers/Microsoft\.Authorization/policyDefinitions/.+"),
            "description?": TEXT, "remediationDescription?": TEXT,
            "categories?": [re.compile("Compute|Networking|Data|IdentityAndAccess|IoT")],
            "userImpact?": re.compile("Low|Moderate|High"), "implementationEffort?": re.compile("Low|Moderate|High"),
            "threats?": [re.compile("accountBreach|dataExfiltration|dataSpillage|maliciousInsider|elevationOfPrivilege|"
                                    "threatResistance|missingCoverage|denialOfService")],
            "preview?": bool, "tactics?": [TEXT], "techniques?": [TEXT]}
ASSESSMENT = {"displayName": TEXT, "resourceDetails": {"source": TEXT, "id": PATH},
              "status": {"code": CODE, "cause?": TEXT, "description?": TEXT, "firstEvaluationDate": DATE,
                         "statusChangeDate": DATE},
              "additionalData?": {"subAssessmentsLink": PATH}, "links?": {"azurePortalUri": URL}, "metadata?": METADATA}
PRICING = {"pricingTier": re.compile("Free|Standard"), "subPlan?": TEXT, "freeTrialRemainingTime": DURATION,
           "enablementTime?": DATE, "enforce?": FLAG, "inherited?": FLAG, "inheritedFrom?": (None, PATH),
           "resourcesCoverageStatus?": re.compile("FullyCovered|PartiallyCovered|NotCovered"), "deprecated": bool,
           "replacedBy": [TEXT],
           "extensions": [{"name": TEXT, "isEnabled": FLAG, "additionalExtensionProperties?": dict,
                           "operationStatus": {"code": re.compile("Succeeded|Failed"), "message": TEXT}}]}
LOCATION = {"homeRegionName": TEXT}
SHAPES = {"Microsoft.Security/assessments": ASSESSMENT, "Microsoft.Security/assessmentMetadata": METADATA,
          "Microsoft.Security/pricings": PRICING, "Microsoft.Security/locations": LOCATION}


def fits(value, shape, where="$"):
    if isinstance(shape, tuple) and shape[0] is None:
        return value is None or fits(value, shape[1], where)
    if isinstance(shape, dict):
        assert isinstance(value, dict), f"{where}: no object"
        must = {k for k in shape if not k.endswith("?")}
        assert not must - set(value), f"{where}: lacks {must - set(value)}"
        for key, inner in value.items():
            assert key in shape or key + "?" in shape, f"{where}: {key} is not in the swagger"
            fits(inner, shape.get(key, shape.get(key + "?")), f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{where}: no array"
        for i, item in enumerate(value):
            fits(item, shape[0], f"{where}[{i}]")
    elif isinstance(shape, re.Pattern):
        assert isinstance(value, str) and shape.fullmatch(value), f"{where}: {value!r} is not {shape.pattern}"
    else:
        assert isinstance(value, shape), f"{where}: {value!r}"
        assert shape is bool or not isinstance(value, bool) or shape is ANY, f"{where}: {value!r}"
    return True


def resource(row):
    fits(row["id"], PATH)
    assert row["id"].endswith("/" + row["name"]), row["id"]
    if row["type"] == "Microsoft.Security/assessments/subAssessments":
        fits(row["name"], GUID)
        data = dict(row["properties"])
        extra = data.pop("additionalData")
        fits(data, FINDING, row["id"])
        fits(extra, FIRST if "/assessments/" + QUALYS in row["id"] or RUNNING in row["id"] else LATER, row["id"])
        return
    fits(row["properties"], SHAPES[row["type"]], row["id"])


def everything(c, path):
    rows = []
    while path:
        status, page, _ = c.ask("GET", path)
        assert status == 200, page
        assert len(page["value"]) <= 1000
        rows += page["value"]
        path = page.get("nextLink")
    return rows


def shapes_are_those_of_the_swagger(c):
    for path, version in ((f"{AT}{SECURITY}/pricings", "2024-01-01"), (f"{REG1}{SECURITY}/pricings", "2024-01-01"),
                          (f"{AT}{SECURITY}/assessments", "2021-06-01"),
                          (f"{AT}{SECURITY}/assessmentMetadata", "2021-06-01"),
                          (f"{SECURITY}/assessmentMetadata", "2021-06-01"),
                          (f"{AT}{SECURITY}/locations", "2015-06-01-preview"),
                          (f"{AT}{SECURITY}/subAssessments", "2019-01-01-preview")):
        rows = everything(c, f"{path}?api-version={version}")
        assert rows, path
        for row in rows:
            resource(row)
    one = c.ask("GET", f"{REG1}{SECURITY}/assessments/{QUALYS}?api-version=2021-06-01&$expand=links,metadata")[1]
    resource(one)
    assert {"links", "metadata"} <= set(one["properties"])


def every_api_version_is_answered(c):
    for group, versions in {
            "pricings": "2018-06-01 2022-03-01 2023-01-01 2024-01-01", "assessments": "2020-01-01 2021-06-01 2025-05-04",
            "assessmentMetadata": "2020-01-01 2021-06-01 2025-05-04", "subAssessments": "2019-01-01-preview",
            "standardAssignments": "2024-08-01", "settings": "2021-06-01 2021-07-01 2022-05-01",
            "autoProvisioningSettings": "2017-08-01-preview", "locations": "2015-06-01-preview",
            "tasks": "2015-06-01-preview"}.items():
        for version in versions.split():
            status, body, _ = c.ask("GET", f"{AT}{SECURITY}/{group}?api-version={version}")
            assert status == 200 and isinstance(body["value"], list), (group, version, body)
    for path in ("/subscriptions?api-version=2022-12-01", f"{AT}?api-version=2022-12-01",
                 f"{AT}/providers/Microsoft.ContainerRegistry/registries?api-version=2023-07-01",
                 f"{REG1}?api-version=2023-07-01", f"{SECURITY}/operations?api-version=2015-06-01-preview"):
        assert c.ask("GET", path)[0] == 200, path


def errors_are_cloud_errors(c):
    at = f"{AT}{SECURITY}"
    good = "api-version=2024-01-01"
    for method, path, body, status, code in (
            ("GET", f"{at}/pricings", None, 400, "MissingApiVersionParameter"),
            ("GET", f"{at}/pricings?api-version=", None, 400, "MissingApiVersionParameter"),
            ("GET", f"{at}/pricings?api-version=latest", None, 400, "InvalidApiVersionParameter"),
            ("GET", f"{at}/pricings/Nothing?{good}", None, 404, "ResourceNotFound"),
            ("GET", f"{at}/pricings?{good}&$filter=tier%20eq%201", None, 400, "InvalidRequestContent"),
            ("PUT", f"{at}/pricings/Containers?{good}", {"properties": {"pricingTier": "Gold"}}, 400, "InvalidRequestContent"),
            ("PUT", f"{at}/pricings/Containers?{good}", {"pricingTier": "Free"}, 400, "InvalidRequestContent"),
            ("PUT", f"{at}/pricings/Containers?{good}", None, 400, "InvalidRequestContent"),
            ("PUT", f"{at}/pricings/Containers?{good}", {"properties": {"pricingTier": "Free", "extensions": [{}]}}, 400,
             "InvalidRequestContent"),
            ("DELETE", f"{at}/pricings/Containers?{good}", None, 400, "InvalidRequestContent"),
            ("PATCH", f"{at}/pricings/Containers?{good}", {}, 405, "MethodNotAllowed"),
            ("GET", f"{AT}/resourceGroups/rg1{SECURITY}/pricings?{good}", None, 404, "ResourceNotFound"),
            ("GET", f"{REG1}{SECURITY}/assessments/{QUALYS}?{good}&$expand=all", None, 400, "InvalidRequestContent"),
            ("GET", f"{at}/subAssessments?{good}&$skipToken=9_t_t", None, 400, "InvalidRequestContent"),
            ("GET", f"{at}/subAssessments?{good}&$skipToken=0_t_tnonsense", None, 400, "InvalidRequestContent"),
            ("GET", f"{at}/subAssessments?{good}&$skipToken=0_x", None, 400, "InvalidRequestContent"),
            ("PUT", f"{REG1}{SECURITY}/assessments/{QUALYS}?{good}", {"properties": {"status": {"code": "Healthy"}}}, 409,
             "Conflict"),
            ("PUT", f"{REG1}{SECURITY}/assessments/mine?{good}", {"properties": {"status": {"code": "Healthy"}}}, 400,
             "InvalidRequestContent"),
            ("PUT", f"{REG1}{SECURITY}/assessments/{QUALYS[:-1]}9?{good}", {"properties": {"status": {"code": "Healthy"}}},
             400, "InvalidRequestContent"),
            ("GET", f"/subscriptions/nonsense{SECURITY}/assessments?{good}", None, 404, "ResourceNotFound"),
            ("GET", f"/subscriptions/{SUB[:-1]}9?{good}", None, 404, "SubscriptionNotFound"),
            ("GET", f"{at}/nothing?{good}", None, 404, "ResourceNotFound")):
        answer, said, headers = c.ask(method, path, body)
        assert (answer, said["error"]["code"]) == (status, code), (method, path, answer, said)
        assert said["error"]["message"] and headers["x-ms-request-id"]
    answer, said, headers = c.ask("GET", f"{at}/pricings?{good}", token="")
    assert answer == 401 and headers["WWW-Authenticate"].startswith("Bearer authorization_uri="), said


def paths_are_read_in_any_case(c):
    one = c.ask("GET", f"{REG1}{SECURITY}/assessments/{QUALYS}/subAssessments?api-version=2019-01-01-preview")[1]["value"][0]
    odd = one["id"].upper().replace("/SUBSCRIPTIONS", "//subscriptions")
    status, same, _ = c.ask("GET", odd + "?api-version=2019-01-01-preview")
    assert status == 200 and same == one, same
    status, plan, _ = c.ask("GET", f"{REG1.lower()}/PROVIDERS/microsoft.security/PRICINGS/containers?api-version=2024-01-01")
    assert plan["id"] == f"{REG1}{SECURITY}/pricings/Containers", plan


def pages_and_headers(c):
    path = f"{AT}{SECURITY}/assessments/{MDVM}/subAssessments?api-version=2019-01-01-preview"
    status, page, headers = c.ask("GET", path, headers={"x-ms-correlation-request-id": SUB, "Host": "center.example:99"})
    link = urllib.parse.urlsplit(page["nextLink"])
    query = dict(urllib.parse.parse_qsl(link.query))
    assert (link.scheme, link.netloc, link.path) == ("https", "center.example:99", path.split("?")[0])
    assert query["api-version"] == "2019-01-01-preview" and re.fullmatch(r"[A-Za-z0-9_-]+", query["$skipToken"])
    assert headers["x-ms-correlation-request-id"] == SUB and GUID.fullmatch(headers["x-ms-request-id"])
    assert int(headers["x-ms-ratelimit-remaining-subscription-reads"]) > 0
    assert status == 200 and headers["Content-Type"].startswith("application/json")
    where = urllib.parse.urlsplit(c.url)
    with contextlib.closing(http.client.HTTPSConnection(where.hostname, where.port, context=c.tls, timeout=30)) as plain:
        plain.request("HEAD", path, headers={"Authorization": f"Bearer {c.token}"})
        answer = plain.getresponse()
        assert answer.status == 200 and not answer.read()


def pages_hold_and_repeat(c):
    path = f"{AT}{SECURITY}/subAssessments?api-version=2019-01-01-preview"
    first = everything(c, path)
    assert [r["id"] for r in first] == [r["id"] for r in everything(c, path)]
    assert len(first) == len({r["id"] for r in first}) == 10_018
    for row in [*first[::997], *first[-12:]]:
        status, same, _ = c.ask("GET", row["id"] + "?api-version=2019-01-01-preview")
        assert status == 200 and same == row, same
    other = first[0]["id"].replace(REG1, REG2)
    assert c.ask("GET", other + "?api-version=2019-01-01-preview")[0] == 404, "a finding stands at its own registry"
    run = next(r for r in first if r["id"].startswith(K8S1))
    elsewhere = f"{AT}{SECURITY}/assessments/{RUNNING}/subAssessments/{run['name']}?api-version=2019-01-01-preview"
    assert c.ask("GET", elsewhere)[0] == 404, "a running image's finding stands at its cluster"


CASES = [shapes_are_those_of_the_swagger, every_api_version_is_answered, errors_are_cloud_errors,
         paths_are_read_in_any_case, pages_and_headers, pages_hold_and_repeat]


def main():
    with azure_center.Center() as center:
        failed = azure_center.count(CASES, center)
    passed, skipped = len(CASES) - failed, 0
    if postgres.programs():
        with postgres.Server() as server, azure_center.Center(server.url) as center:
            more = azure_center.count(CASES, center)
        failed, passed = failed + more, passed + len(CASES) - more
    else:
        print("SKIP on PostgreSQL: it is not installed")
        skipped = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
