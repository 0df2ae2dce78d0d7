import { Buffer } from "node:buffer";

/** What is used of the WebAssembly JavaScript interface; Node's types don't declare it. */
interface WebAssemblyInterface {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

/** Compiles and starts a kernel that imports nothing. Throws where WebAssembly, or what the kernel uses of it, isn't there. */
export function instantiate<Exports>(base64: string): Exports {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
  return new Instance(new Module(Buffer.from(base64, "base64")), {}).exports as Exports;
}

/** One kernel for the process, made when first asked for; undefined where it can't be made. */
export function sharedKernel<Kernel>(make: () => Kernel): () => Kernel | undefined {
  let kernel: Kernel | null | undefined;
  return () => {
    if (kernel === undefined) {
      try {
        kernel = make();
      } catch {
        kernel = null;
      }
    }
    return kernel ?? undefined;
  };
}
