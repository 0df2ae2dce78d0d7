/**
 * Builds a Docker image of Elasticsearch where none can be pulled: the home from Maven Central's jars, a Java runtime
 * linked from this machine's JDK, this machine's C library and busybox.
 *
 *     node tooling/engines/elasticsearch-image.ts [tag]      prints the tag
 *
 * It takes the official image's environment variables; security is on unless xpack.security.enabled=false.
 */
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fingerprint } from "./cache.ts";
import {
  ELASTICSEARCH_VERSION,
  elasticsearchFingerprint,
  elasticsearchHome,
  MINIMUM_JDK,
  sources,
} from "./elasticsearch-home.ts";
import { type Jdk, requireJdk, serverFlags } from "./java.ts";
import { run } from "./process.ts";

const LABEL = "sluice.fingerprint";
const HOME = "/usr/share/elasticsearch";
const SHELL_TOOLS = ["sh", "cat", "tr", "grep", "awk", "nc", "ls", "ps", "sleep", "kill", "env", "id"];
const JAVA_MODULES = [
  ...["base", "desktop", "logging", "management", "naming", "net.http", "security.jgss", "sql", "xml"].map(
    (m) => `java.${m}`,
  ),
  ...["crypto.ec", "management", "net", "unsupported", "zipfs"].map((m) => `jdk.${m}`),
];

const tag = process.argv[2] ?? `sluice/elasticsearch:${ELASTICSEARCH_VERSION}`;
const built = `${await elasticsearchFingerprint()}-${await fingerprint([fileURLToPath(import.meta.url)])}`;
if ((await builtFingerprint(tag)) !== built) await build();
console.log(tag);

async function builtFingerprint(image: string): Promise<string> {
  const format = `{{index .Config.Labels "${LABEL}"}}`;
  return run("docker", ["image", "inspect", "-f", format, image]).then(
    (output) => output.trim(),
    () => "",
  );
}

async function build(): Promise<void> {
  const jdk = requireJdk("The Elasticsearch image", MINIMUM_JDK);
  const home = await elasticsearchHome(jdk);
  const work = await mkdtemp(join(tmpdir(), "sluice-image-"));
  try {
    const root = join(work, "root");
    await mkdir(root);
    await addJava(root, jdk);
    await addSystem(root);
    await addElasticsearch(root, home, jdk);
    await importImage(root, join(work, "root.tar"));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function addJava(root: string, jdk: Jdk): Promise<void> {
  const options = ["--strip-debug", "--no-header-files", "--no-man-pages", "--compress", "zip-6"];
  const output = join(root, "jre");
  await run(join(jdk.home, "bin", "jlink"), ["--add-modules", JAVA_MODULES.join(","), ...options, "--output", output]);
  for (const binary of ["bin/java", "lib/server/libjvm.so", "lib/libnet.so", "lib/libnio.so"]) {
    await addLibraries(root, join(output, binary));
  }
}

/** The shared libraries a binary needs from this machine, at the same paths. */
async function addLibraries(root: string, binary: string): Promise<void> {
  const listed = await run("ldd", [binary]).catch(() => ""); // statically linked
  for (const [, library] of listed.matchAll(/\s(\/\S+) \(0x/g)) {
    if (!library || library.startsWith(root)) continue; // the runtime's own are there
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
}

async function addSystem(root: string): Promise<void> {
  for (const dir of ["bin", "etc", "tmp", "proc"]) await mkdir(join(root, dir), { recursive: true });
  await chmod(join(root, "tmp"), 0o1777);
  const busybox = (await run("sh", ["-c", "command -v busybox"])).trim();
  await copyFile(busybox, join(root, "bin", "busybox"));
  await addLibraries(root, busybox);
  for (const tool of SHELL_TOOLS) await symlink("busybox", join(root, "bin", tool));
  await writeFile(join(root, "etc", "passwd"), `elasticsearch:x:1000:0::${HOME}:/bin/sh\n`);
  await writeFile(join(root, "etc", "group"), "root:x:0:\n");
  await writeFile(join(root, "etc", "nsswitch.conf"), "hosts: files dns\n");
}

async function addElasticsearch(root: string, home: string, jdk: Jdk): Promise<void> {
  const target = join(root, HOME);
  await cp(home, target, { recursive: true });
  await mkdir(join(target, "data"));
  await mkdir(join(target, "config", "jvm.options.d")); // Testcontainers copies a file there
  const native = "-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false";
  const options = [...serverFlags(jdk), `-Des.path.home=${HOME}`, native];
  await writeFile(join(target, "config", "jvm.options"), `${options.join("\n")}\n`);
  await copyFile(join(sources, "start.sh"), join(target, "start.sh"));
  await chmod(join(target, "start.sh"), 0o755);
}

async function importImage(root: string, tar: string): Promise<void> {
  await run("tar", ["-C", root, "--owner=1000", "--group=0", "--numeric-owner", "-cf", tar, "."]);
  const config = [
    "USER 1000:0",
    "EXPOSE 9200",
    "ENV PATH=/bin:/jre/bin",
    `WORKDIR ${HOME}`,
    `LABEL ${LABEL}=${built}`,
    `ENTRYPOINT ["${HOME}/start.sh"]`,
  ];
  await run("docker", ["import", ...config.flatMap((line) => ["-c", line]), tar, tag]);
}
