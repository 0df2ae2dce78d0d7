import { getContainerRuntimeClient, ImageName } from "testcontainers";

/** True when a Docker engine answers. */
export async function dockerAnswers(): Promise<boolean> {
  return getContainerRuntimeClient().then(
    () => true,
    () => false,
  );
}

/** Why `image` can't be used: undefined when it is there or could be pulled. */
export async function imageProblem(image: string): Promise<string | undefined> {
  const name = ImageName.fromString(image);
  const docker = await getContainerRuntimeClient();
  if (await docker.image.exists(name)) return undefined;
  return docker.image.pull(name).then(
    () => undefined,
    (error: unknown) => `image ${image} is neither on this machine nor could it be pulled: ${String(error)}`,
  );
}

/** Labels by which a CI run finds and removes what an aborted test run left behind. */
export const containerLabels: Record<string, string> = { "sluice.run": process.env.SLUICE_TEST_RUN ?? "local" };
