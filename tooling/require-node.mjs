// The "node" dependency normally puts Node 24 first on PATH; where it could not be had, scripts run on the
// host's Node, which must then be new enough itself.
const [major, minor] = process.versions.node.split(".").map(Number);
if (!((major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major >= 26)) {
  console.error(`Node ${process.version} is too old: this project needs 22.19+, 24.11+ or 26+.`);
  process.exit(1);
}
