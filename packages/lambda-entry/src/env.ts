/** The environment, passed in: only `create-handler.ts` reads the process's own. */
export type Env = Readonly<Record<string, string | undefined>>;
