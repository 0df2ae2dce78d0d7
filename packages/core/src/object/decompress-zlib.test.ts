import { vi } from "vitest";

// The same tests where WebAssembly isn't there.
vi.mock(import("./inflate-kernel.ts"), async (original) => ({ ...(await original()), takeInflater: () => undefined }));
await import("./decompress.test.ts");
