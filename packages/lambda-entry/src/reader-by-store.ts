import { type ObjectReader, SluiceError } from "@sluice/core";

/** Reads each object through the reader of its store. */
export function readerByStore(readers: { readonly s3?: ObjectReader; readonly file?: ObjectReader }): ObjectReader {
  return {
    read: async (ref, range, signal) => {
      const reader = readers[ref.store];
      if (reader !== undefined) return reader.read(ref, range, signal);
      throw new SluiceError("INTERNAL", `no reader for objects of the store "${ref.store}"`);
    },
  };
}
