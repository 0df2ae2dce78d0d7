import { createHandler, type LambdaHandler } from "./create-handler.ts";

/** What the function's handler setting names: `index.handler`. */
export const handler: LambdaHandler = createHandler();
