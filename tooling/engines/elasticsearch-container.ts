import { ElasticsearchContainer } from "@testcontainers/elasticsearch";
import { containerLabels } from "./docker.ts";

/** A small heap is plenty, and several engines may run side by side. */
const HEAP = "-Xms512m -Xmx512m";

/** The official image, or one that takes the same environment variables. */
export async function startElasticsearchContainer(
  image: string,
  settings: Record<string, string>,
  password: string,
): Promise<{ url: string; stop(): Promise<void> }> {
  const container = await new ElasticsearchContainer(image)
    .withLabels(containerLabels)
    .withEnvironment({ ES_JAVA_OPTS: HEAP, ...settings })
    .withPassword(password)
    .start();
  return { url: container.getHttpUrl(), stop: async () => void (await container.stop()) };
}
