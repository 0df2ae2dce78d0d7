import { type ConstantValue, DocumentTemplate } from "./document-template.ts";
import type { Format } from "./formats/format.ts";
import { ECS_VERSION, type Origin } from "./origin.ts";
import type { RecordContext } from "./record.ts";
import { GENERIC_DATASET, type SourceSettings } from "./source.ts";

/** All that the records of one item share, once its format is known. */
export function contextOf(origin: Origin, settings: SourceSettings, format: Format): RecordContext {
  const dataset = settings.dataset ?? format.dataset ?? GENERIC_DATASET;
  const { namespace, tags } = settings;
  const constants = new Map([
    ...origin.constants,
    ...(settings.fields ? Object.entries(format.constants) : []),
    ["data_stream.dataset", dataset],
    ["data_stream.namespace", namespace],
    ["data_stream.type", "logs"],
    ["ecs.version", ECS_VERSION],
    ["event.dataset", dataset],
    ...Object.entries(settings.constants),
  ] as [string, ConstantValue][]);
  const template = new DocumentTemplate({
    constants,
    layout: settings.fields ? format.layout : undefined,
    offset: origin.service === "s3" || origin.service === "file",
    eventId: origin.service === "cloudwatch-logs",
  });
  return { origin, dataset, namespace, tags, constants, template };
}
