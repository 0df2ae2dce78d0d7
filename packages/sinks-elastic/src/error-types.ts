import type { RecordOutcome } from "@sluice/core";

/**
 * What an item's error means, by its type: Elasticsearch 8 and 9, OpenSearch 2 and 3. A type that isn't here is the
 * sink's fault, so that nothing is thrown away for a reason nobody has looked at.
 */
type Kind = RecordOutcome["kind"];

const RETRY: readonly string[] = [
  // Overload
  "es_rejected_execution_exception",
  "rejected_execution_exception",
  "open_search_rejected_execution_exception",
  "circuit_breaking_exception",
  // Cluster state: elections, moving and starting shards, a new index made by someone else meanwhile
  "process_cluster_event_timeout_exception",
  "failed_to_commit_cluster_state_exception",
  "master_not_discovered_exception",
  "not_master_exception",
  "cluster_manager_not_discovered_exception",
  "not_cluster_manager_exception",
  "unavailable_shards_exception",
  "no_shard_available_action_exception",
  "primary_missing_action_exception",
  "index_primary_shard_not_allocated_exception",
  "no_longer_primary_shard_exception",
  "retry_on_primary_exception",
  "retry_on_replica_exception",
  "shard_not_found_exception",
  "shard_not_in_primary_mode_exception",
  "illegal_index_shard_state_exception",
  "index_shard_closed_exception",
  "index_shard_not_started_exception",
  "index_shard_not_recovering_exception",
  "index_shard_recovering_exception",
  "index_shard_relocated_exception",
  "resource_already_exists_exception",
  "snapshot_in_progress_exception",
  "engine_closed_exception",
  "already_closed_exception",
  // Between nodes
  "timeout_exception",
  "receive_timeout_transport_exception",
  "connect_transport_exception",
  "send_request_transport_exception",
  "node_closed_exception",
  "node_disconnected_exception",
  "node_not_connected_exception",
];

const REJECT: readonly string[] = [
  "document_parsing_exception",
  "mapper_parsing_exception",
  "strict_dynamic_mapping_exception",
  "parsing_exception",
  "parse_exception",
  "x_content_parse_exception",
  "x_content_e_o_f_exception",
  "json_parse_exception",
  "json_e_o_f_exception",
  "input_coercion_exception",
  "stream_constraints_exception",
  "unexpected_end_of_input_exception",
  "stream_read_exception",
  "max_bytes_length_exceeded_exception",
  // Processors of an ingest pipeline
  "fail_processor_exception",
  "dissect_exception",
];

const FAIL: readonly string[] = [
  "cluster_block_exception",
  "index_not_found_exception",
  "index_closed_exception",
  "invalid_index_name_exception",
  "security_exception",
  "authorization_exception",
  "validation_exception",
];

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  // `create` of a record that is there already: an earlier attempt got through
  ["version_conflict_engine_exception", "delivered"],
  ...RETRY.map((type) => [type, "retry"] as const),
  ...REJECT.map((type) => [type, "reject"] as const),
  ...FAIL.map((type) => [type, "fail"] as const),
]);

/** illegal_argument_exception says anything; these are about one record's fields and values. */
const RECORD_WORDS: readonly RegExp[] = [
  /immense term/i,
  /limit of total fields/i,
  /limit of mapping depth/i,
  /limit of nested (fields|documents)/i,
  /number of nested documents has exceeded/i,
  /field name \[.*\] is longer than the limit/i,
  /mapper \[.*\] cannot be changed from type/i,
  /can't merge a non[- ](object|nested) mapping/i,
  /cannot (change|update) (object|nested|flattened) mapping/i,
  /object mapping \[.*\] can't be changed/i,
  /field name (cannot|must not) /i,
  /\bname cannot be (an )?empty string/i,
  /field name cannot contain only whitespace/i,
  /starting or ending with a \[\.\]/i,
  /starts? or ends? with a dot|contains only dots/i,
  /\bmakes object resolution ambiguous/i,
  /failed to parse (field|value|date)/i,
  /DocValuesField .* is too large/i,
  /document contains (too many|at least one)/i,
  /data stream timestamp field/i,
  /depth of the (field|object|json)/i,
  // Processors of an ingest pipeline
  /Grok expressions do not match/i,
  /not present as part of path/i,
  /unable to (parse|convert) /i,
  /field \[.*\] (is null|doesn't exist|not present|of type \[.*\] cannot be cast)/i,
];

/** `logs-*` templates take the names of the stream for the only values of these fields: a target that mixes datasets, not a bad record. */
const STREAM_FIELD = /field \[data_stream\.(type|dataset|namespace)\]/;

const CREATED = 201;
const OK = 200;

/** What is to become of one item. `type` is missing where the server gave no error. */
export function itemKind(status: number, type: string | undefined, reason: string): Kind {
  if (type === undefined) return status === CREATED || status === OK ? "delivered" : byStatus(status);
  const kind = KINDS.get(type);
  // While a cluster has no master its block is a matter of time; a read-only or full index isn't.
  if (type === "cluster_block_exception") return status === 503 ? "retry" : "fail";
  if (kind === "reject") return STREAM_FIELD.test(reason) ? "fail" : "reject";
  if (kind !== undefined) return kind;
  if (type === "illegal_argument_exception") return aboutRecord(reason) ? "reject" : "fail";
  return byStatus(status);
}

function byStatus(status: number): Kind {
  return status === 429 || status >= 500 ? "retry" : "fail";
}

function aboutRecord(reason: string): boolean {
  return !STREAM_FIELD.test(reason) && RECORD_WORDS.some((words) => words.test(reason));
}
