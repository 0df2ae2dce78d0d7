import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cached, filesIn, fingerprint } from "./cache.ts";
import type { Jdk } from "./java.ts";
import { fetchJars, requireMaven } from "./maven.ts";
import { run } from "./process.ts";

export const ELASTICSEARCH_VERSION = "9.5.3";
export const MINIMUM_JDK = 21;
export const LAUNCHER = "sluice.elasticsearch.Launcher";
export const sources: string = fileURLToPath(new URL("elasticsearch-local/", import.meta.url));

/** Names the build's sources: two equal fingerprints are the same engine. */
export async function elasticsearchFingerprint(): Promise<string> {
  const kinds = await Promise.all([".java", ".pom.xml", ".properties", ".sh"].map((kind) => filesIn(sources, kind)));
  return fingerprint([...kinds.flat(), fileURLToPath(import.meta.url)]);
}

/**
 * An Elasticsearch home, made once from Maven Central's jars: lib/ and modules/ for every node, security/ (X-Pack)
 * for those that ask for it.
 */
export async function elasticsearchHome(jdk: Jdk): Promise<string> {
  const name = `elasticsearch-${ELASTICSEARCH_VERSION}-${await elasticsearchFingerprint()}`;
  return cached(name, async (home) => {
    await requireMaven("A local Elasticsearch");
    await fetchAll(home);
    await compile(home, jdk);
    await addModule(home, "modules/local", "sluice.elasticsearch.LocalPlugin");
    await addModule(home, "security/x-pack-core", "org.elasticsearch.xpack.core.XPackPlugin");
    await addModule(home, "security/x-pack-security", "org.elasticsearch.xpack.security.Security", "x-pack-core");
    await mkdir(join(home, "config"));
    await copyFile(join(sources, "log4j2.properties"), join(home, "config", "log4j2.properties"));
    await copyZstd(home);
  });
}

/** A class may be in one place only, so each module gets what the ones it builds on don't have. */
async function fetchAll(home: string): Promise<void> {
  const properties = { "elasticsearch.version": ELASTICSEARCH_VERSION };
  const lib = join(home, "lib");
  const core = join(home, "security", "x-pack-core");
  const security = join(home, "security", "x-pack-security");
  await fetchJars(join(sources, "server.pom.xml"), lib, properties);
  await fetchJars(join(sources, "x-pack-core.pom.xml"), core, properties);
  await fetchJars(join(sources, "x-pack-security.pom.xml"), security, properties);
  await removeArtifacts(core, await artifacts(lib));
  await removeArtifacts(security, [...(await artifacts(lib)), ...(await artifacts(core))]);
}

async function artifacts(dir: string): Promise<string[]> {
  return (await readdir(dir)).map(artifactOf);
}

async function removeArtifacts(dir: string, present: string[]): Promise<void> {
  for (const jar of await readdir(dir)) {
    if (present.includes(artifactOf(jar))) await rm(join(dir, jar));
  }
}

/** "netty-codec-http-4.1.135.Final.jar" → "netty-codec-http" */
function artifactOf(jar: string): string {
  return jar.replace(/-\d[^-]*(-jre|\.Final)?\.jar$/, "");
}

/** The launcher goes on the class path, the rest into a module, which has a class loader of its own. */
async function compile(home: string, jdk: Jdk): Promise<void> {
  const java = await filesIn(sources, ".java");
  const launcher = java.filter((file) => file.endsWith("/Launcher.java"));
  const plugin = java.filter((file) => !launcher.includes(file));
  await mkdir(join(home, "modules", "local"), { recursive: true });
  await compileJar(home, jdk, launcher, "lib/launcher.jar");
  await compileJar(home, jdk, plugin, "modules/local/local.jar");
}

async function compileJar(home: string, jdk: Jdk, files: string[], jar: string): Promise<void> {
  const classes = join(home, "classes");
  const target = ["-nowarn", "--release", String(MINIMUM_JDK)];
  await run(join(jdk.home, "bin", "javac"), [...target, "-cp", `${home}/lib/*`, "-d", classes, ...files]);
  await run(join(jdk.home, "bin", "jar"), ["cf", join(home, jar), "-C", classes, "."]);
  await rm(classes, { recursive: true });
}

async function addModule(home: string, path: string, plugin: string, parent?: string): Promise<void> {
  const name = path.slice(path.indexOf("/") + 1);
  const lines = [
    `name=${name}`,
    `description=${name}`,
    `version=${ELASTICSEARCH_VERSION}`,
    `elasticsearch.version=${ELASTICSEARCH_VERSION}`,
    "java.version=17",
    `classname=${plugin}`,
    ...(parent ? [`extended.plugins=${parent}`] : []),
  ];
  await writeFile(join(home, path, "plugin-descriptor.properties"), `${lines.join("\n")}\n`);
}

/** The distribution ships libzstd (best_compression, logsdb); the system's is the same library. */
async function copyZstd(home: string): Promise<void> {
  const folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"];
  const library = folders.map((folder) => join(folder, "libzstd.so.1")).find(existsSync);
  if (!library) return;
  const platform = join(home, "lib", "platform", process.arch === "arm64" ? "linux-aarch64" : "linux-x64");
  await mkdir(platform, { recursive: true });
  await copyFile(library, join(platform, "libzstd.so"));
}
