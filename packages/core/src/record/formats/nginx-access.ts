import { isIpText } from "../../bytes/ip.ts";
import {
  ACCESS_FIELDS,
  accessTime,
  headOf,
  readQuoted,
  readRequest,
  setHost,
  setSource,
  setUser,
  takeDuration,
} from "./access-line.ts";
import type { Format } from "./format.ts";
import { textFormat } from "./text-format.ts";

const fields = {
  ...ACCESS_FIELDS,
  "nginx.access.remote_ip_list": "json",
  "nginx.access.response_time": "long",
} as const;

/** Loopback and private networks (RFC 1918): a proxy's own. */
const PRIVATE = /^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/;

/**
 * Access logs of nginx in its combined format, https://nginx.org/en/docs/http/ngx_http_log_module.html, also with a list of
 * addresses for the client, a host before them, and the time a request took behind the size. ECS names as Elastic's integration
 * uses them. Apache writes the same, so that the key or the log group's name decides.
 */
export const nginxAccess: Format = textFormat({
  name: "nginx-access",
  rank: 60,
  dataset: "nginx.access",
  keys: /nginx/i,
  logs: /nginx[^:]{0,100}access/i,
  constants: { "event.category": ["web"], "event.kind": "event", "event.type": ["access"] },
  fields,
  time: accessTime,
  read: (line) => {
    const head = headOf(line);
    if (head === undefined || !readRequest(line)) return false;
    const seconds = takeDuration(line);
    readQuoted(line);
    const addresses = head.addresses.filter((address) => isIpText(address));
    const client = addresses.find((address) => !PRIVATE.test(address)) ?? addresses[0];
    line.list("nginx.access.remote_ip_list", addresses);
    setSource(line, client ?? head.addresses[0]);
    setHost(line, head.host);
    setUser(line, head.user);
    const host = line.has("destination.ip") ? [(head.host as string).replace(/:\d+$/, "")] : [];
    line.list("related.ip", client === undefined ? host : [client, ...host]);
    if (!Number.isNaN(seconds)) line.set("nginx.access.response_time", String(Math.floor(seconds * 1000)));
    return true;
  },
});
