import { waitUntil } from "./process.ts";

const TIMEOUT_MS = 30_000;

/**
 * The distribution has an index template that makes data streams of logs-*-*; its module is not on Maven Central.
 * Like that one but for the field types which that build lacks as well (match_only_text, constant_keyword).
 */
const TEMPLATE = {
  index_patterns: ["logs-*-*"],
  priority: 100,
  data_stream: {},
  template: {
    mappings: {
      date_detection: false,
      dynamic_templates: [
        { message: { match: ["message", "*.message"], match_mapping_type: "string", mapping: { type: "text" } } },
        { ip: { match: "ip", match_mapping_type: "string", mapping: { type: "ip" } } },
        { strings: { match_mapping_type: "string", mapping: { type: "keyword", ignore_above: 1024 } } },
      ],
      properties: {
        "@timestamp": { type: "date" },
        ecs: { properties: { version: { type: "keyword", ignore_above: 1024 } } },
      },
    },
  },
};

/** Data streams of logs-*-* work afterwards: by the engine's own template where it has the module, else by ours. */
export async function ensureLogsTemplate(url: string, headers: Record<string, string>): Promise<void> {
  const template = `${url}/_index_template/logs`;
  if (await hasModule(url, headers, "x-pack-stack")) {
    return waitUntil("index template for logs-*-*", async () => (await fetch(template, { headers })).ok, {
      timeoutMs: TIMEOUT_MS,
    });
  }
  const json = { ...headers, "content-type": "application/json" };
  const put = await fetch(template, { method: "PUT", headers: json, body: JSON.stringify(TEMPLATE) });
  if (!put.ok) throw new Error(`index template for logs-*-*: HTTP ${put.status} ${await put.text()}`);
}

async function hasModule(url: string, headers: Record<string, string>, module: string): Promise<boolean> {
  const response = await fetch(`${url}/_nodes/plugins`, { headers });
  const { nodes } = (await response.json()) as { nodes: Record<string, { modules: { name: string }[] }> };
  return Object.values(nodes).some(({ modules }) => modules.some(({ name }) => name === module));
}
