import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";
import { type Answer, type FakeRequest, type FakeServer, fakeServer } from "@sluice/core/testing";
import { recordsOf } from "./bulk.testing.ts";

/** Data streams by name: ids by backing index, the oldest first. A bulk creates in the last one. */
export type Streams = Record<string, Map<string, Set<string>>>;

/** When indices were made; any other one long ago. */
export type Dates = ReadonlyMap<string, number>;
const LONG_AGO = 0;

export interface FakeCluster extends FakeServer {
  readonly streams: Streams;
  /** What was asked, as `METHOD path`, without the query. */
  asked(): string[];
}

const json = (status: number, body: unknown): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export const notFound = (name: string): Answer =>
  json(404, { error: { type: "index_not_found_exception", reason: `no such index [${name}]`, index: name } });

/** Enough of a cluster to roll over; `fault` may answer in its place. */
export async function fakeCluster(
  streams: Streams,
  fault: (request: FakeRequest, asked: readonly string[]) => Answer | undefined = () => undefined,
): Promise<FakeCluster> {
  const asked: string[] = [];
  const server = await fakeServer(createServer, (request) => {
    const { pathname } = new URL(request.path, "http://cluster");
    asked.push(`${request.method} ${pathname}`);
    return fault(request, asked) ?? answer(streams, request, pathname);
  });
  return Object.assign(server, { streams, asked: () => [...asked] });
}

export function answer(streams: Streams, request: FakeRequest, pathname: string, dates: Dates = new Map()): Answer {
  if (pathname === "/_bulk") return create(streams, request);
  if (pathname === "/_mget") return get(streams, request);
  const [, first = "", second, third = ""] = pathname.split("/").map(decodeURIComponent);
  const name = second === "_settings" ? first : third;
  const indices = streams[name];
  if (indices === undefined) return notFound(name);
  if (second === "_settings") {
    const made = [...indices.keys()].map((index) => [index, String(dates.get(index) ?? LONG_AGO)]);
    const settings = made.map(([index, at]) => [index, { settings: { "index.creation_date": at } }]);
    return json(200, Object.fromEntries(settings));
  }
  return json(200, { data_streams: [{ name, backing_indices: [...indices.keys()] }] });
}

function create(streams: Streams, request: FakeRequest): Answer {
  const items = recordsOf(request).map(
    ({
      action: {
        create: { _index: name, _id: id },
      },
    }) => {
      const indices = streams[name] ?? new Map([[`${name}-1`, new Set<string>()]]);
      streams[name] = indices;
      const ids = [...indices.values()].at(-1) as Set<string>;
      if (ids.has(id)) {
        return { create: { status: 409, error: { type: "version_conflict_engine_exception", reason: "there" } } };
      }
      ids.add(id);
      return { create: { status: 201 } };
    },
  );
  return json(200, { errors: items.some((item) => item.create.status !== 201), items });
}

export interface Asked {
  readonly docs: readonly { readonly _index: string; readonly _id: string }[];
}

export function docsOf({ headers, body }: FakeRequest): Asked["docs"] {
  const text = (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
  return (JSON.parse(text) as Asked).docs;
}

function get(streams: Streams, request: FakeRequest): Answer {
  const indices = new Map(Object.values(streams).flatMap((stream) => [...stream]));
  return json(200, { docs: docsOf(request).map((doc) => ({ found: indices.get(doc._index)?.has(doc._id) === true })) });
}
