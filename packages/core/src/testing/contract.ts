import { strict as assert } from "node:assert";
import { copyCases } from "./copy-cases.ts";
import { encodeCases } from "./encode-cases.ts";
import type { ContractCase, NetworkHarness, SinkHarness } from "./harness.ts";
import { lifeCases } from "./life-cases.ts";
import { sendCases } from "./send-cases.ts";
import { COMMON_TABLE, type Row } from "./table.ts";
import { tableCase } from "./table-case.ts";

/**
 * The port's contract as named cases, the same for every sink, ours and plug-ins alike.
 * `send` says what the server said as a value, in exactly one request, and tells no secrets; `encode` is a function of
 * the record alone; once the signal is aborted `send` settles as `retry` within a second. `copyObject`, where there is one,
 * makes the same copy again.
 */
export function sinkContract(harness: SinkHarness): readonly ContractCase[] {
  const { network } = harness;
  const cases = [...encodeCases(harness), ...lifeCases(harness)];
  if (network === undefined) return cases;
  const rows = rowsOf(network).map((row) => tableCase(harness, network, row));
  return [...cases, ...sendCases(harness, network), ...rows, ...copyCases(harness, network)];
}

/** The common table with the sink's exceptions, then its own rows. */
function rowsOf(network: NetworkHarness): readonly Row[] {
  const exceptions = network.exceptions ?? {};
  const common = COMMON_TABLE.map((row) => {
    const exception = exceptions[row.name];
    return exception === undefined ? row : { ...row, result: exception.result, name: `${row.name} (${exception.why})` };
  });
  for (const name of Object.keys(exceptions))
    assert.ok(
      COMMON_TABLE.some((row) => row.name === name),
      `no such row in the common table: ${name}`,
    );
  return [...common, ...(network.rows ?? [])];
}
