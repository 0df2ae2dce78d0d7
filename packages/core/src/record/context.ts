import { type ConstantValue, DocumentTemplate, type TemplateParts } from "./document-template.ts";
import type { Format } from "./formats/format.ts";
import type { Layout } from "./layout.ts";
import { ECS_VERSION, type Origin } from "./origin.ts";
import { OTEL_SUFFIX, OtelTemplate } from "./otel-document.ts";
import type { RecordContext } from "./record.ts";
import { GENERIC_DATASET, LOGS_DATASET, type SourceSettings } from "./source.ts";

/** All that the records of one item share, once its format is known, and its layout when that is the item's own. */
export function contextOf(origin: Origin, settings: SourceSettings, format: Format, own?: Layout): RecordContext {
  const unknown = origin.service === "cloudwatch-logs" ? LOGS_DATASET : GENERIC_DATASET;
  const named = settings.dataset ?? format.dataset ?? unknown;
  const otel = settings.otel === true;
  const dataset = otel && !named.endsWith(OTEL_SUFFIX) ? named + OTEL_SUFFIX : named;
  const { namespace, tags } = settings;
  const constants = new Map<string, ConstantValue>(origin.constants);
  const add = (all: Readonly<Record<string, ConstantValue>>): void => {
    for (const name of Object.keys(all)) constants.set(name, all[name] as ConstantValue);
  };
  if (settings.fields) add(format.constants);
  if (settings.fields && format.constantsOf !== undefined) add(format.constantsOf(origin));
  constants.set("data_stream.dataset", dataset);
  constants.set("data_stream.namespace", namespace);
  constants.set("data_stream.type", "logs");
  constants.set("ecs.version", ECS_VERSION);
  constants.set("event.dataset", named);
  add(settings.constants);
  const layout = settings.fields ? (own ?? format.layout) : undefined;
  // What the config says of its source stands against both.
  const overrides = new Set([...(layout?.overrides ?? [])].filter((name) => !Object.hasOwn(settings.constants, name)));
  const parts: TemplateParts = {
    constants,
    layout,
    overrides,
    offset: origin.service === "s3" || origin.service === "file",
    // A record's own id says more than that of the log event it came in.
    eventId: origin.service === "cloudwatch-logs" && (layout?.slot("event.id") ?? -1) < 0,
  };
  const template = new DocumentTemplate(parts);
  const context = { origin, dataset, namespace, tags, constants, overrides, template, format: format.name };
  return otel ? { ...context, otel: new OtelTemplate({ ...parts, otel: format.otel ?? {} }) } : context;
}
