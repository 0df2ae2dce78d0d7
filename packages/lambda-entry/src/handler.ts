import { createHandler, type LambdaHandler } from "./create-handler.ts";
import { keepYoungGenerationSmall } from "./young-generation.ts";

// The process is this function's alone; who calls createHandler decides about their own.
keepYoungGenerationSmall();

/** What the function's handler setting names: `index.handler`. */
export const handler: LambdaHandler = createHandler();
