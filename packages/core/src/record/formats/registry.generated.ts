// Written by tooling/make-registry.ts from the files in this folder.
// biome-ignore-all assist/source/organizeImports: in the order of their names
// biome-ignore-all format: one a line

import type { Format } from "./format.ts";
import { alb } from "./alb.ts";
import { albConnection } from "./alb-connection.ts";
import { albConnectionJson } from "./alb-connection-json.ts";
import { albHealthCheck } from "./alb-health-check.ts";
import { albHealthCheckJson } from "./alb-health-check-json.ts";
import { albJson } from "./alb-json.ts";
import { apacheAccess } from "./apache-access.ts";
import { apacheError } from "./apache-error.ts";
import { apigatewayAccess } from "./apigateway-access.ts";
import { apigatewayExecution } from "./apigateway-execution.ts";
import { apigatewayText } from "./apigateway-text.ts";
import { awsConfig } from "./aws-config.ts";
import { cloudfront } from "./cloudfront.ts";
import { cloudfrontJson } from "./cloudfront-json.ts";
import { cloudfrontRealtime } from "./cloudfront-realtime.ts";
import { cloudtrail } from "./cloudtrail.ts";
import { csv } from "./csv.ts";
import { eks } from "./eks.ts";
import { eksAudit } from "./eks-audit.ts";
import { eksAuthenticator } from "./eks-authenticator.ts";
import { elb } from "./elb.ts";
import { guardduty } from "./guardduty.ts";
import { iis } from "./iis.ts";
import { json } from "./json.ts";
import { kafka } from "./kafka.ts";
import { lambda } from "./lambda.ts";
import { logfmt } from "./logfmt.ts";
import { mysqlAudit } from "./mysql-audit.ts";
import { mysqlError } from "./mysql-error.ts";
import { mysqlSlow } from "./mysql-slow.ts";
import { networkFirewall } from "./network-firewall.ts";
import { nginxAccess } from "./nginx-access.ts";
import { nginxError } from "./nginx-error.ts";
import { nlb } from "./nlb.ts";
import { nlbJson } from "./nlb-json.ts";
import { postgresql } from "./postgresql.ts";
import { raw } from "./raw.ts";
import { redshiftActivity } from "./redshift-activity.ts";
import { redshiftConnection } from "./redshift-connection.ts";
import { redshiftUser } from "./redshift-user.ts";
import { route53Public } from "./route53-public.ts";
import { route53Resolver } from "./route53-resolver.ts";
import { s3Access } from "./s3-access.ts";
import { securityhub } from "./securityhub.ts";
import { sluice } from "./sluice.ts";
import { syslog } from "./syslog.ts";
import { tsv } from "./tsv.ts";
import { vpcFlow } from "./vpc-flow.ts";
import { w3c } from "./w3c.ts";
import { waf } from "./waf.ts";

export const ALL: readonly Format[] = [
  alb,
  albConnection,
  albConnectionJson,
  albHealthCheck,
  albHealthCheckJson,
  albJson,
  apacheAccess,
  apacheError,
  apigatewayAccess,
  apigatewayExecution,
  apigatewayText,
  awsConfig,
  cloudfront,
  cloudfrontJson,
  cloudfrontRealtime,
  cloudtrail,
  csv,
  eks,
  eksAudit,
  eksAuthenticator,
  elb,
  guardduty,
  iis,
  json,
  kafka,
  lambda,
  logfmt,
  mysqlAudit,
  mysqlError,
  mysqlSlow,
  networkFirewall,
  nginxAccess,
  nginxError,
  nlb,
  nlbJson,
  postgresql,
  raw,
  redshiftActivity,
  redshiftConnection,
  redshiftUser,
  route53Public,
  route53Resolver,
  s3Access,
  securityhub,
  sluice,
  syslog,
  tsv,
  vpcFlow,
  w3c,
  waf,
];
