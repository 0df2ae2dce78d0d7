import { expect, inject, test } from "vitest";

test("es", async () => {
  expect((await fetch(inject("esUrl"))).status).toBe(200);
});
