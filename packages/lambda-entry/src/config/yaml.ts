// By name: an `import()` of the package, which is CommonJS, has no names once it is bundled.
export { LineCounter, parseDocument } from "yaml";
