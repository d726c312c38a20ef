#!/usr/bin/env python3
"""The published Python SDK, azure-mgmt-security 7.0.0, unmodified, against a center."""
import logging
import os
import sys

import azure_center
from azure_center import AT, FRESH, K8S1, MDVM, QUALYS, REG1, REG2, RUNNING, RUNNING_MDVM, SUB

if "AZURE_SDK" not in os.environ:  # once more, with the interpreter that has the SDK
    python, why = azure_center.python_sdk()
    if not python:
        print(why)
        sys.exit(77)
    os.execve(python, [str(python), __file__], {**os.environ, "AZURE_SDK": "1"})

from azure.core.credentials import AccessToken  # pylint: disable=wrong-import-position
from azure.core.exceptions import (  # pylint: disable=wrong-import-position
    ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceNotFoundError)
from azure.mgmt.security import SecurityCenter  # pylint: disable=wrong-import-position
from azure.mgmt.security.v2021_06_01 import models as M  # pylint: disable=wrong-import-position


logging.disable(logging.WARNING)  # it tells of every row of the later era that it has no class for it


class Token:  # pylint: disable=too-few-public-methods
    def __init__(self, text):
        self.text = text

    def get_token(self, *_, **__):
        return AccessToken(self.text, 4102444800)


def client(center, token=None, subscription=SUB, **more):
    return SecurityCenter(Token(token or center.token), subscription, base_url=center.url,
                          credential_scopes=[center.url + "/.default"], connection_verify=str(center.ca), **more)


def raised(kind, call):
    try:
        call()
    except kind as e:
        return e
    raise AssertionError(f"no {kind.__name__}")


def pages_through_5000_findings(c):
    seen, pages = {}, 0
    for page in client(c).sub_assessments.list(REG1, QUALYS).by_page():
        rows = list(page)
        assert len(rows) <= 1000
        pages += 1
        seen.update({row.id: row for row in rows})
    assert (len(seen), pages) == (5000, 5), (len(seen), pages)
    severities = [row.status.severity for row in seen.values()]
    assert {s: severities.count(s) for s in set(severities)} == {"High": 2500, "Medium": 1250, "Low": 1250}


def a_finding_of_the_first_era(c):
    row = next(r for r in client(c).sub_assessments.list(REG2, QUALYS) if r.id_properties_id == "CVE-2026-0001")
    data = row.additional_data
    assert type(data).__name__ == "ContainerRegistryVulnerabilityProperties"
    assert (row.status.code, row.status.severity, row.type) == ("Unhealthy", "High",
                                                               "Microsoft.Security/assessments/subAssessments")
    assert row.display_name == "left-pad mishandles lengths" and row.remediation == "Upgrade left-pad to 1.0-2"
    assert row.category == "npm" and "over the network" in row.impact
    assert row.resource_details.source == "Azure"
    assert row.resource_details.id == f"/repositories/team/small/images/{data.image_digest}"
    assert data.type == "Vulnerability" and data.patchable is True and data.repository_name == "team/small"
    assert {k: v.base for k, v in data.cvss.items()} == {"2.0": 7.5, "3.0": 9.8}
    assert [(x.title, x.link) for x in data.cve] == [
        ("CVE-2026-0001", "https://www.cve.org/CVERecord?id=CVE-2026-0001")]
    assert data.published_time.isoformat() == "2026-10-01T00:00:00+00:00"
    assert [x.link for x in data.vendor_references] == ["https://security.example/1"]
    assert row.time_generated.isoformat() == "2023-11-14T22:15:20+00:00"
    again = client(c).sub_assessments.get(REG2, QUALYS, row.name)
    assert again.as_dict() == row.as_dict()


def a_finding_of_the_later_era(c):
    rows = list(client(c).sub_assessments.list(REG2, MDVM))
    critical = [r for r in rows if r.status.severity == "Critical"]
    assert [r.id_properties_id for r in critical] == ["CVE-2026-0001"] and critical[0].display_name == "CVE-2026-0001"
    assert critical[0].category is None and critical[0].impact is None


def every_image_says_how_it_is(c):
    own = {r.resource_details.id.split("/images/")[0]: r for r in client(c).sub_assessments.list(REG2, QUALYS)
           if r.status.code != "Unhealthy"}
    assert own["/repositories/team/clean"].status.code == "Healthy"
    gap = own["/repositories/team/gap"].status
    assert (gap.code, gap.cause) == ("NotApplicable", "NotAssessed") and "no such page" in gap.description
    chart = own["/repositories/team/chart"].status
    assert (chart.code, chart.cause) == ("NotApplicable", "Unsupported") and "Helm" in chart.description
    assert len(own) == 3


def running_images(c):
    for key, worst in ((RUNNING, "High"), (RUNNING_MDVM, "Critical")):
        rows = list(client(c).sub_assessments.list(K8S1, key))
        assert [r.status.code for r in rows] == ["Unhealthy"] * 3 + ["Healthy"] * (key == RUNNING) and all(r.id.startswith(K8S1 + "/") for r in rows)
        assert worst in {r.status.severity for r in rows}
        for row in rows:
            assert client(c).sub_assessments.get(K8S1, key, row.name).as_dict() == row.as_dict()
    assert not list(client(c).sub_assessments.list(REG2, RUNNING))
    assert not list(client(c).sub_assessments.list(K8S1, QUALYS))


def all_findings_of_scopes(c):
    s = client(c).sub_assessments
    ids = [r.id for r in s.list_all(f"subscriptions/{SUB}")]
    assert len(ids) == len(set(ids)) == 10_018, len(ids)
    assert len(list(s.list_all("providers/Microsoft.Management/managementGroups/any"))) == 10_018
    assert len(list(s.list_all(f"{AT}/resourceGroups/rg2"))) == 3 + 3 + 3 + 2 + 3 + 1 + 3
    assert len(list(s.list_all(REG1))) == 10_000


def assessments_of_scopes(c):
    a = client(c).assessments
    everything = {(r.resource_details.id, r.name): r for r in a.list(AT)}
    assert set(everything) == {(REG1, QUALYS), (REG1, MDVM), (REG2, QUALYS), (REG2, MDVM), (K8S1, RUNNING),
                               (K8S1, RUNNING_MDVM)}
    assert all(r.status.code == "Unhealthy" for r in everything.values())
    assert {r.name for r in a.list(REG2)} == {QUALYS, MDVM}
    assert len(list(a.list("providers/Microsoft.Management/managementGroups/any"))) == 6
    for version in ("2020-01-01", "2021-06-01"):
        one = client(c, api_version=version).assessments.get(REG2, QUALYS, expand="metadata")
        assert one.display_name == "Container registry images should have vulnerability findings resolved"
        assert one.metadata.severity == "High" and one.metadata.assessment_type == "BuiltIn"
        assert one.additional_data["subAssessmentsLink"] == one.id + "/subAssessments"
        assert one.status.code == "Unhealthy"
    assert client(c).assessments.get(REG2, QUALYS, expand="links").links.azure_portal_uri.startswith(c.url)


def metadata_of_assessments(c):
    built_in = {m.name: m for m in client(c).assessments_metadata.list()}
    assert set(built_in) == {QUALYS, MDVM, RUNNING, RUNNING_MDVM}
    one = client(c).assessments_metadata.get(QUALYS)
    assert one.policy_definition_id.endswith("/5f0f936f-2f01-4bf5-b6be-d423792fa562")
    assert one.categories == ["Compute"] and one.threats and one.tactics and one.remediation_description
    key = "aaaaaaaa-0000-4000-8000-000000000001"
    mine = M.SecurityAssessmentMetadataResponse(display_name="Base images are ours", severity="Medium",
                                                assessment_type="CustomerManaged", description="…")
    made = client(c).assessments_metadata.create_in_subscription(key, mine)
    assert (made.name, made.display_name, made.severity) == (key, "Base images are ours", "Medium")
    assert key in {m.name for m in client(c).assessments_metadata.list_by_subscription()}
    assert key not in {m.name for m in client(c).assessments_metadata.list()}
    assert client(c).assessments_metadata.get_in_subscription(key).description == "…"
    where = f"{AT}/resourceGroups/rg2/providers/Microsoft.Compute/virtualMachines/vm1"
    answer = client(c).assessments.create_or_update(where, key, M.SecurityAssessment(
        resource_details=M.AzureResourceDetails(), status=M.AssessmentStatus(code="Unhealthy", cause="Old"),
        additional_data={"found": "7"}))
    assert (answer.display_name, answer.status.code, answer.status.cause) == ("Base images are ours", "Unhealthy", "Old")
    assert client(c).assessments.get(where, key).additional_data == {"found": "7"}
    assert not list(client(c).sub_assessments.list(AT, key))
    client(c).assessments.delete(where, key)
    raised(ResourceNotFoundError, lambda: client(c).assessments.get(where, key))
    client(c).assessments_metadata.delete_in_subscription(key)
    raised(ResourceNotFoundError, lambda: client(c).assessments_metadata.get_in_subscription(key))
    raised(ResourceExistsError, lambda: client(c).assessments_metadata.create_in_subscription(QUALYS, mine))


def plans_off_and_on(c):
    from azure.mgmt.security.v2024_01_01.models import Pricing  # pylint: disable=import-outside-toplevel
    p = client(c).pricings
    plans = {x.name: x for x in p.list(f"subscriptions/{SUB}").value}
    assert plans["Containers"].pricing_tier == "Standard"
    assert plans["ContainerRegistry"].deprecated and plans["ContainerRegistry"].replaced_by == ["Containers"]
    some = p.list(f"subscriptions/{SUB}", filter="name in (Containers,KubernetesService)").value
    assert {x.name for x in some} == {"Containers", "KubernetesService"}
    off = p.update(f"subscriptions/{SUB}", "Containers", Pricing(pricing_tier="Free"))
    assert (off.pricing_tier, off.resources_coverage_status) == ("Free", "NotCovered")
    assert client(c).assessments.get(REG2, QUALYS).status.cause == "OffByPolicy"
    row = next(iter(client(c).sub_assessments.list(REG2, QUALYS)))
    assert (row.status.code, row.status.cause) == ("NotApplicable", "OffByPolicy")
    own = p.update(REG2[1:], "Containers", Pricing(pricing_tier="Standard"))
    assert own.inherited == "False" and client(c).assessments.get(REG2, QUALYS).status.code == "Unhealthy"
    assert p.get(f"subscriptions/{SUB}", "Containers").resources_coverage_status == "PartiallyCovered"
    p.delete(REG2[1:], "Containers")
    assert p.get(REG2[1:], "Containers").inherited_from.lower() == AT.lower()
    on = p.update(f"subscriptions/{SUB}", "Containers", Pricing(pricing_tier="Standard", extensions=[
        {"name": "ContainerRegistriesVulnerabilityAssessments", "isEnabled": "True"},
        {"name": "ContainerSensor", "isEnabled": "True"}]))
    assert on.enablement_time and on.resources_coverage_status == "FullyCovered"
    assert {x.name: x.operation_status.code for x in on.extensions} == {
        "ContainerRegistriesVulnerabilityAssessments": "Succeeded", "ContainerSensor": "Failed"}
    assert client(c).assessments.get(REG1, QUALYS).status.code == "Unhealthy"
    for version in ("2018-06-01", "2022-03-01", "2023-01-01"):
        assert client(c, api_version=version).pricings.get("Containers").pricing_tier == "Standard", version


def enforced_plans(c):
    from azure.mgmt.security.v2024_01_01.models import Pricing  # pylint: disable=import-outside-toplevel
    p = client(c).pricings
    p.update(f"subscriptions/{SUB}", "Containers", Pricing(pricing_tier="Standard", enforce="True"))
    e = raised(HttpResponseError, lambda: p.update(REG1[1:], "Containers", Pricing(pricing_tier="Free")))
    assert e.status_code == 403, e.status_code
    p.update(f"subscriptions/{SUB}", "Containers", Pricing(pricing_tier="Standard", enforce="False"))


def created_by_version(c):
    body = {"properties": {"pricingTier": "Free"}}
    at = f"/subscriptions/{FRESH}/providers/Microsoft.Security/pricings"
    assert c.ask("PUT", f"{at}/KeyVaults?api-version=2024-01-01", body)[0] == 201
    assert c.ask("PUT", f"{at}/KeyVaults?api-version=2024-01-01", body)[0] == 200
    assert c.ask("PUT", f"{at}/Dns?api-version=2022-03-01", body)[0] == 200


def exemptions(c):
    name, at = "bbbbbbbb-0000-4000-8000-000000000001", f"{REG2}/providers/Microsoft.Security/standardAssignments"
    version = "?api-version=2024-08-01"
    body = {"properties": {"displayName": "accepted", "effect": "Exempt", "expiresOn": "2030-01-01T00:00:00Z",
                           "exemptionData": {"exemptionCategory": "waiver",
                                             "assignedAssessment": {"assessmentKey": QUALYS}}}}
    status, made, _ = c.ask("PUT", f"{at}/{name}{version}", body)
    assert status == 201 and made["properties"]["metadata"]["createdBy"].startswith("token:"), made
    assert made["properties"]["expiresOn"] == "2030-01-01T00:00:00.0000000Z"
    assert c.ask("PUT", f"{at}/{name}{version}", body)[0] == 200
    posture = client(c).assessments.get(REG2, QUALYS)
    assert (posture.status.code, posture.status.cause) == ("NotApplicable", "Exempt")
    assert client(c).assessments.get(REG2, MDVM).status.code == "Unhealthy"
    rows = list(client(c).sub_assessments.list(REG2, QUALYS))
    assert {(r.status.code, r.status.cause, r.status.description) for r in rows} == {
        ("NotApplicable", "Exempt", "Disabled parent assessment")}
    one = client(c).sub_assessments.get(REG2, QUALYS, rows[0].name)
    assert one.status.cause == "Exempt"
    listed = c.ask("GET", f"{AT}/providers/Microsoft.Security/standardAssignments{version}")[1]["value"]
    assert [x["name"] for x in listed] == [name]
    assert c.ask("DELETE", f"{at}/{name}{version}")[0] == 200
    assert c.ask("DELETE", f"{at}/{name}{version}")[0] == 204
    assert client(c).assessments.get(REG2, QUALYS).status.code == "Unhealthy"
    body["properties"]["effect"] = "Audit"
    assert c.ask("PUT", f"{at}/{name}{version}", body)[0] == 400


def errors_are_exceptions(c):
    e = raised(ResourceNotFoundError, lambda: client(c).assessments.get(REG1, "aaaaaaaa-0000-4000-8000-00000000000f"))
    assert e.error.code == "ResourceNotFound"
    raised(ResourceNotFoundError, lambda: list(client(c).sub_assessments.list(REG1, "no-such-key")))
    raised(ResourceNotFoundError, lambda: client(c).sub_assessments.get(REG1, QUALYS, QUALYS))
    raised(ResourceNotFoundError, lambda: list(client(c).assessments.list(REG1 + "x")))
    raised(ResourceNotFoundError, lambda: list(client(c).assessments.list(f"subscriptions/{FRESH[:-1]}9")))
    e = raised(ClientAuthenticationError, lambda: list(client(c, token="nobody").assessments.list(AT)))
    assert e.error.code == "InvalidAuthenticationToken"


def what_there_is_little_of(c):
    s = client(c)
    assert [x.name for x in s.locations.list()] == ["global"] and s.locations.get("GLOBAL").name == "global"
    assert not list(s.settings.list()) and not list(s.tasks.list())
    raised(ResourceNotFoundError, lambda: s.settings.get("MCAS"))
    assert [x.auto_provision for x in s.auto_provisioning_settings.list()] == ["Off"]
    e = raised(HttpResponseError, lambda: s.auto_provisioning_settings.create("default", {
        "properties": {"autoProvision": "On"}}))
    assert e.status_code == 400
    assert "Microsoft.Security/pricings/write" in {x.name for x in s.operations.list()}


def roles_cut_rows(c):
    reader = c.token_of(("Reader", AT))
    both = c.token_of(("SecurityReader", AT), ("AcrPull", REG2))
    assert not list(client(c, reader).sub_assessments.list_all(AT)), "findings need a security role too"
    assert len(list(client(c, reader).assessments.list(AT))) == 6
    ids = {r.id.split("/providers/Microsoft.Security/")[0] for r in client(c, both).sub_assessments.list_all(AT)}
    assert ids == {REG2}, ids
    some = next(iter(client(c).sub_assessments.list(REG1, QUALYS)))
    raised(ResourceNotFoundError, lambda: client(c, both).sub_assessments.get(REG1, QUALYS, some.name))
    below = c.token_of(("SecurityReader", REG2), ("AcrPull", REG2))
    assert {r.resource_details.id for r in client(c, below).assessments.list(AT)} == {REG2}
    assert client(c, below).pricings.list(f"subscriptions/{SUB}").value == []
    raised(ResourceNotFoundError, lambda: list(client(c, below).assessments.list(REG1)))
    e = raised(HttpResponseError, lambda: client(c, reader).pricings.update(f"subscriptions/{SUB}", "Containers", {
        "properties": {"pricingTier": "Free"}}))
    assert e.status_code == 403 and e.error.code == "AuthorizationFailed"


def changes_are_audited(c):
    entries = c.ask("GET", "/api/v1/audit-log?limit=1000")[1]["value"]
    done = {e["action"] for e in entries if e["outcome"] == "done"}
    assert done >= {"Microsoft.Security/" + a for a in (
        "pricings/write", "pricings/delete", "assessments/write", "assessments/delete", "assessmentMetadata/write",
        "assessmentMetadata/delete", "standardAssignments/write", "standardAssignments/delete")}, done
    refused = [e for e in entries if e["outcome"] == "refused"]
    assert any(e["action"] == "Microsoft.Security/pricings/write" for e in refused)


CASES = [pages_through_5000_findings, a_finding_of_the_first_era, a_finding_of_the_later_era, every_image_says_how_it_is,
         running_images, all_findings_of_scopes, assessments_of_scopes, metadata_of_assessments, plans_off_and_on,
         enforced_plans, created_by_version, exemptions, errors_are_exceptions, what_there_is_little_of, roles_cut_rows,
         changes_are_audited]
if __name__ == "__main__":
    with azure_center.Center() as center:
        azure_center.run(CASES, center)
