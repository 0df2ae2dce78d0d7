import { isIpText } from "../../bytes/ip.ts";
import {
  ACCESS_FIELDS,
  accessTime,
  headOf,
  readQuoted,
  readRequest,
  setForwarded,
  setHost,
  setSource,
  setUser,
  takeDuration,
} from "./access-line.ts";
import type { Format } from "./format.ts";
import { textFormat } from "./text-format.ts";
import type { TextLine } from "./text-line.ts";

const fields = {
  ...ACCESS_FIELDS,
  "apache.access.identity": "keyword",
  "apache.access.remote_addresses": "json",
  "apache.access.response_time": "long",
  "client.ip": "keyword",
  "related.hosts": "json",
  "source.port": "long",
} as const;

const FORWARDED = ' X-Forwarded-For="';
const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/;

/**
 * Access logs of Apache's HTTP Server in the common, combined and vhost formats, https://httpd.apache.org/docs/current/logs.html,
 * and of whatever else writes them. ECS names as Elastic's integration uses them.
 */
export const apacheAccess: Format = textFormat({
  name: "apache-access",
  rank: 50,
  dataset: "apache.access",
  logs: /(?:apache|httpd)[^:]{0,100}access/i,
  inLogs: true,
  constants: { "event.category": ["web"], "event.kind": "event" },
  fields,
  time: accessTime,
  read: (line) => {
    const head = headOf(line);
    if (head === undefined || head.addresses.length > 1 || !readRequest(line)) return false;
    const duration = takeDuration(line);
    readQuoted(line);
    const forwarded = takeForwarded(line);
    const [address] = head.addresses;
    setSource(line, address);
    if (address !== undefined && !line.has("source.ip")) line.put("source.domain", address);
    setHost(line, head.host);
    setUser(line, head.user);
    if (head.identity !== "-") line.put("apache.access.identity", head.identity);
    line.list("apache.access.remote_addresses", address === undefined ? forwarded : [...forwarded, address]);
    const client = forwarded.find((each) => !PRIVATE.test(each)) ?? forwarded[0];
    if (client !== undefined) line.set("client.ip", client);
    const hosts = [address, head.host?.replace(/:\d+$/, "")].filter((each) => each !== undefined && each !== "-");
    line.list("related.ip", hosts.filter((each) => isIpText(each as string)) as string[]);
    line.list("related.hosts", hosts.filter((each) => !isIpText(each as string)) as string[]);
    if (Number.isInteger(duration)) line.set("apache.access.response_time", String(duration));
    return true;
  },
});

function takeForwarded(line: TextLine): readonly string[] {
  if (!line.take(FORWARDED)) return [];
  const from = line.at;
  const to = line.untilQuote();
  const text = to < 0 ? "" : line.text(from, to);
  setForwarded(line, text);
  return text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => isIpText(each));
}
