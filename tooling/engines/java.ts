import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

export interface Jdk {
  readonly home: string;
  readonly major: number;
}

const JVM_FOLDERS = ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/homebrew/opt", "/usr/local/opt"];
const INSIDE_A_JVM_FOLDER = ["", "Contents/Home", "libexec/openjdk.jdk/Contents/Home"];

/** The first JDK (with a compiler) of at least this version: ES_JAVA_HOME, JAVA_HOME, PATH, then the usual folders. */
export function findJdk(minimum: number): Jdk | undefined {
  for (const home of candidates()) {
    const major = majorVersion(home);
    if (major >= minimum) return { home, major };
  }
  return undefined;
}

export function requireJdk(what: string, minimum: number): Jdk {
  const jdk = findJdk(minimum);
  if (!jdk) throw new Error(`${what} needs a JDK ${minimum} or newer (with javac): install one, or set JAVA_HOME.`);
  return jdk;
}

/** Flags that suit a short-lived server of small heap. */
export function serverFlags({ major }: Jdk): string[] {
  const flags = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"];
  return major >= 23 ? [...flags, "--sun-misc-unsafe-memory-access=allow"] : flags;
}

function candidates(): string[] {
  const homes = [process.env.ES_JAVA_HOME ?? "", process.env.JAVA_HOME ?? "", homeOfJavaOnPath()];
  for (const folder of JVM_FOLDERS.filter(existsSync)) {
    for (const name of readdirSync(folder).sort().reverse()) {
      homes.push(...INSIDE_A_JVM_FOLDER.map((path) => join(folder, name, path)));
    }
  }
  return homes.filter((home) => home !== "" && existsSync(join(home, "bin", "javac")));
}

function homeOfJavaOnPath(): string {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const java = folders.map((folder) => join(folder, "java")).find(existsSync);
  return java ? dirname(dirname(realpathSync(java))) : "";
}

/** From the `release` file that every JDK since 9 carries. */
function majorVersion(home: string): number {
  const release = join(home, "release");
  if (!existsSync(release)) return 0;
  return Number(/^JAVA_VERSION="(\d+)/m.exec(readFileSync(release, "utf8"))?.[1] ?? 0);
}
