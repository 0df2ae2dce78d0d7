import type { ListObjects, ListPage, ListRequest } from "@sluice/lambda-entry";

/** Page after page, to the last key there is. */
export async function* pages(list: ListObjects, request: ListRequest, signal: AbortSignal): AsyncGenerator<ListPage> {
  for (let { after } = request; ; ) {
    const page = await list({ ...request, after }, signal);
    yield page;
    after = page.objects.at(-1)?.key;
    if (!page.more || after === undefined) return;
  }
}
