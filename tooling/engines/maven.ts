import { run } from "./process.ts";

const COPY_DEPENDENCIES = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/** Puts the runtime jars of a pom into `dir`. */
export async function fetchJars(pom: string, dir: string, properties: Record<string, string>): Promise<void> {
  const defines = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
  await run("mvn", [
    "-q",
    "-B",
    "-f",
    pom,
    COPY_DEPENDENCIES,
    `-DoutputDirectory=${dir}`,
    "-DincludeScope=runtime",
    ...defines,
  ]);
}

export async function requireMaven(what: string): Promise<void> {
  await run("mvn", ["-v"]).catch((cause: unknown) => {
    throw new Error(`${what} needs Maven, to fetch jars from Maven Central: install "mvn".`, { cause });
  });
}
