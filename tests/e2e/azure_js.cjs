// The published JS SDK, @azure/arm-security 5.0.0, unmodified, against a center: test_azure_js.py runs this with URL, TOKEN
// and NODE_EXTRA_CA_CERTS in a folder that has it.
const assert = require("node:assert/strict");
const { createRequire } = require("node:module");
const { SecurityCenter } = createRequire(process.cwd() + "/")("@azure/arm-security");

const sub = "11111111-2222-3333-4444-555555555555";
const at = `subscriptions/${sub}`;
const registry = (n) => `/${at}/resourceGroups/rg${n}/providers/Microsoft.ContainerRegistry/registries/reg${n}`;
const cluster = `/${at}/resourceGroups/rg2/providers/Microsoft.Kubernetes/connectedClusters/k8s1`;
const qualys = "dbd0cb49-b563-45e7-9724-889e799fa648", mdvm = "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5";
const client = (token = process.env.TOKEN) => new SecurityCenter(
  { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3600e3 }) }, sub,
  { endpoint: process.env.URL, retryOptions: { maxRetries: 0 } });
const all = async (list) => { const rows = []; for await (const row of list) rows.push(row); return rows; };
const refused = async (promise, status, code) => {
  const e = await promise.then(() => assert.fail("not refused"), (e) => e);
  assert.deepEqual([e.name, e.statusCode, e.code], ["RestError", status, code], String(e));
};

const cases = {
  async "pages through 5,000 findings"() {
    const pages = [];
    for await (const page of client().subAssessments.list(registry(1), qualys).byPage()) pages.push(page.length);
    assert.deepEqual(pages, [1000, 1000, 1000, 1000, 1000]);
  },
  async "both eras keep all of their fields"() {
    for (const [key, kind] of [[qualys, "ContainerRegistryVulnerability"], [mdvm, "AzureContainerRegistryVulnerability"]]) {
      const row = (await all(client().subAssessments.list(registry(2), key))).find((r) => r.idPropertiesId === "CVE-2026-0001");
      const data = row.additionalData;
      assert.equal(data.assessedResourceType, kind);
      assert.equal(data.vulnerabilityDetails.cveId, "CVE-2026-0001");
      assert.equal(data.vulnerabilityDetails.severity, "Critical");
      assert.equal(data.vulnerabilityDetails.cvss["3.0"].base, 9.8);
      assert.equal(data.vulnerabilityDetails.exploitabilityAssessment.exploitStepsVerified, true);
      assert.deepEqual([data.softwareDetails.packageName, data.softwareDetails.fixedVersion, data.softwareDetails.fixStatus,
        data.softwareDetails.category, data.softwareDetails.osDetails.osVersion],
      ["left-pad", "1.0-2", "FixAvailable", "Language", "debian_12"]);
      assert.deepEqual(data.artifactDetails.tags, ["1", "latest"]);
      assert.equal(row.status.severity, key === qualys ? "High" : "Critical");
      assert.equal("patchable" in data, key === qualys);
      assert.ok(row.timeGenerated instanceof Date);
      const again = await client().subAssessments.get(registry(2), key, row.name);
      assert.deepEqual(again, row);
    }
  },
  async "findings of a cluster, and of all"() {
    assert.equal((await all(client().subAssessments.listAll(cluster))).length, 7);
    assert.equal((await all(client().subAssessments.listAll(at))).length, 10018);
  },
  async "assessments"() {
    const rows = await all(client().assessments.list(at));
    assert.equal(rows.length, 6);
    const one = await client().assessments.get(registry(1), qualys, { expand: "metadata" });
    assert.equal(one.status.code, "Unhealthy");
    assert.equal(one.metadata.severity, "High");
    assert.ok(one.status.statusChangeDate instanceof Date);
    await refused(client().assessments.get(registry(1), "aaaaaaaa-0000-4000-8000-00000000000f"), 404, "ResourceNotFound");
  },
  async "metadata, and an assessment of one's own"() {
    const key = "aaaaaaaa-0000-4000-8000-000000000002", m = client().assessmentsMetadata;
    assert.equal((await all(m.list())).length, 4);
    await m.createInSubscription(key, { displayName: "ours", severity: "Low", assessmentType: "CustomerManaged" });
    assert.equal((await all(m.listBySubscription())).length, 5);
    const vm = `/${at}/resourceGroups/rg2/providers/Microsoft.Compute/virtualMachines/vm1`;
    const made = await client().assessments.createOrUpdate(vm, key,
      { resourceDetails: { source: "Azure" }, status: { code: "Healthy" } });
    assert.deepEqual([made.displayName, made.status.code], ["ours", "Healthy"]);
    await client().assessments.delete(vm, key);
    await m.deleteInSubscription(key);
    await refused(m.getInSubscription(key), 404, "ResourceNotFound");
    await refused(m.createInSubscription(key, { displayName: "x", severity: "Grave", assessmentType: "CustomerManaged" }),
      400, "InvalidRequestContent");
  },
  async "the plan off and on"() {
    const p = client().pricings; // 2022-03-01: a 201 would throw
    assert.ok((await p.list()).value.some((x) => x.name === "Containers" && x.pricingTier === "Standard"));
    assert.equal((await p.update("Containers", { pricingTier: "Free" })).pricingTier, "Free");
    assert.equal((await client().assessments.get(registry(1), qualys)).status.cause, "OffByPolicy");
    assert.equal((await p.update("Containers", { pricingTier: "Standard" })).pricingTier, "Standard");
    assert.equal((await client().assessments.get(registry(1), qualys)).status.code, "Unhealthy");
    await refused(p.get("Nothing"), 404, "ResourceNotFound");
  },
  async "locations, settings, tasks, operations"() {
    assert.equal((await all(client().locations.list())).length, 1);
    assert.equal((await all(client().settings.list())).length, 0);
    assert.equal((await all(client().tasks.list())).length, 0);
    assert.ok((await all(client().operations.list())).length > 10);
    assert.equal((await client().autoProvisioningSettings.get("default")).autoProvision, "Off");
  },
  async "a token that is none"() {
    await refused(all(client("nobody").assessments.list(at)), 401, "InvalidAuthenticationToken");
  },
};

(async () => {
  let failed = 0;
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(`ok   ${name}`);
    } catch (e) {
      failed++;
      console.log(`FAIL ${name}\n${e.stack}`);
    }
  }
  console.log(`${Object.keys(cases).length - failed} passed, ${failed} failed, 0 skipped`);
  process.exit(failed ? 1 : 0);
})();
