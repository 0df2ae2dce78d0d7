import type { Plugin } from "esbuild";

/** Methods for every endpoint there is, which a client for ready-made requests doesn't call. */
const UNUSED = /@elastic[\\/]elasticsearch[\\/]esm[\\/](?:api[\\/]index|helpers)\.js$/;
/** The client's other transport, next to undici: it would load `node:http` and `node:https` besides. */
const OTHER_CONNECTION = /@elastic[\\/]transport[\\/]esm[\\/]connection[\\/]HttpConnection\.js$/;

/** Leaves out of the bundle what Sluice never calls of @elastic/elasticsearch: 0.5 MB that would be read at every cold start. */
export const slimElasticsearch: Plugin = {
  name: "slim-elasticsearch",
  setup: (build) => {
    build.onLoad({ filter: UNUSED }, () => ({ contents: "export default class {}" }));
    build.onLoad({ filter: OTHER_CONNECTION }, () => ({
      contents: `export default class { constructor() { throw new Error("left out of the bundle: HttpConnection"); } }`,
    }));
  },
};
