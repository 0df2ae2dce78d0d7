/**
 * Changes records: takes a document (`@timestamp` in ISO form, `message`, the rest under ECS names, nested) that it may change,
 * gives it back, or others, or null for none. Synchronous. To be pure: the same record must give the same ones on every
 * attempt, in the same order, as ids count them.
 */
export type TransformFunction = (record: Record<string, unknown>) => unknown;

/** Loads a transform by what the config says of it: a file, or an npm name. Throws TRANSFORM_UNKNOWN. */
export type LoadTransform = (reference: string) => Promise<TransformFunction>;
