import { JsonFields, type Member } from "./json-fields.ts";

const ISSUER = "userIdentity.sessionContext.sessionIssuer";
const SESSION = "aws.cloudtrail.user_identity.session_context";

/** Members of an event and the fields they become. Of several that become one field, the last that is there counts. */
const MEMBERS: readonly Member[] = [
  ["eventVersion", "keyword", "aws.cloudtrail.event_version"],
  ["userIdentity.type", "keyword", "aws.cloudtrail.user_identity.type"],
  ["userIdentity.arn", "keyword", "aws.cloudtrail.user_identity.arn"],
  ["userIdentity.accessKeyId", "keyword", "aws.cloudtrail.user_identity.access_key_id"],
  ["userIdentity.invokedBy", "keyword", "aws.cloudtrail.user_identity.invoked_by"],
  ["userIdentity.sessionContext.attributes.mfaAuthenticated", "keyword", `${SESSION}.mfa_authenticated`],
  ["userIdentity.sessionContext.attributes.creationDate", "time", `${SESSION}.creation_date`],
  [`${ISSUER}.type`, "keyword", `${SESSION}.session_issuer.type`],
  [`${ISSUER}.principalId`, "keyword", `${SESSION}.session_issuer.principal_id`],
  [`${ISSUER}.arn`, "keyword", `${SESSION}.session_issuer.arn`],
  [`${ISSUER}.accountId`, "keyword", `${SESSION}.session_issuer.account_id`],
  ["errorCode", "keyword", "aws.cloudtrail.error_code", "error.code"],
  ["errorMessage", "keyword", "aws.cloudtrail.error_message", "error.message"],
  ["requestParameters", "jsonText", "aws.cloudtrail.request_parameters"],
  ["responseElements", "jsonText", "aws.cloudtrail.response_elements"],
  ["additionalEventData", "jsonText", "aws.cloudtrail.additional_eventdata"],
  ["serviceEventDetails", "jsonText", "aws.cloudtrail.service_event_details"],
  ["insightDetails", "jsonText", "aws.cloudtrail.insight_details"],
  ["requestID", "keyword", "aws.cloudtrail.request_id"],
  ["eventType", "keyword", "aws.cloudtrail.event_type"],
  ["eventCategory", "keyword", "aws.cloudtrail.event_category"],
  ["apiVersion", "keyword", "aws.cloudtrail.api_version"],
  ["managementEvent", "boolean", "aws.cloudtrail.management_event"],
  ["readOnly", "boolean", "aws.cloudtrail.read_only"],
  ["recipientAccountId", "keyword", "aws.cloudtrail.recipient_account_id", "cloud.account.id"],
  ["userIdentity.accountId", "keyword", "cloud.account.id"],
  ["sharedEventID", "keyword", "aws.cloudtrail.shared_event_id"],
  ["vpcEndpointId", "keyword", "aws.cloudtrail.vpc_endpoint_id"],
  ["sessionCredentialFromConsole", "keyword", "aws.cloudtrail.session_credential_from_console"],
  ["awsRegion", "keyword", "cloud.region"],
  ["eventID", "keyword", "event.id"],
  ["eventName", "keyword", "event.action"],
  ["eventSource", "keyword", "event.provider"],
  ["requestParameters.groupName", "keyword", "group.name"],
  ["responseElements.group.groupId", "keyword", "group.id"],
  ["sourceIPAddress", "keyword", "source.address"],
  ["tlsDetails.cipherSuite", "keyword", "tls.cipher"],
  ["tlsDetails.clientProvidedHostHeader", "keyword", "tls.client.server_name"],
  [`${ISSUER}.userName`, "keyword", "user.name"],
  ["userIdentity.userName", "keyword", "user.name"],
  ["userIdentity.principalId", "keyword", "user.id"],
  ["requestParameters.userName", "keyword", "user.target.name"],
  ["responseElements.user.userId", "keyword", "user.target.id"],
  ["requestParameters.newUserName", "keyword", "user.changes.name"],
  ["userAgent", "keyword", "user_agent.original"],
];

/** Looked at to make other fields of. */
const OTHERS = [
  "eventTime",
  "resources",
  "tlsDetails.tlsVersion",
  "responseElements.ConsoleLogin",
  "additionalEventData.LoginTo",
  "additionalEventData.MFAUsed",
  "additionalEventData.MobileVersion",
] as const;

/** Begins the names of what the console tells of a login. */
export const CONSOLE_LOGIN: string = "aws.cloudtrail.console_login.additional_eventdata";

let fields: JsonFields | undefined;

/** Made when the first event is read. */
export function cloudtrailFields(): JsonFields {
  fields ??= new JsonFields(
    MEMBERS,
    OTHERS,
    {
      "aws.cloudtrail.resources": "json",
      [`${CONSOLE_LOGIN}.login_to`]: "keyword",
      [`${CONSOLE_LOGIN}.mfa_used`]: "boolean",
      [`${CONSOLE_LOGIN}.mobile_version`]: "boolean",
      "event.category": "json",
      "event.outcome": "keyword",
      "event.type": "json",
      "related.user": "json",
      "source.ip": "keyword",
      "tls.version": "keyword",
      "tls.version_protocol": "keyword",
    },
    ["cloud.account.id", "cloud.region"],
  );
  return fields;
}
