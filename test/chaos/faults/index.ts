import { claimsDenied } from "./claims.ts";
import { clockSteps } from "./clock.ts";
import { answerCut, answerLost, lateRequest, requestCut, slowAnswers } from "./connection.ts";
import { deadline, handOverFails } from "./deadline.ts";
import { atTheSameTime, disorder, duplicates } from "./deliveries.ts";
import { clusterReadOnly, engineKilled } from "./engine.ts";
import { kill, timeout } from "./kill.ts";
import type { FaultKind } from "./kind.ts";
import { expiredCertificate, unknownHost } from "./name-and-certificate.ts";
import { deleted, overwritten, poison, versionHidden, versionOverwritten } from "./objects.ts";
import {
  diskFull,
  elasticsearchDown,
  elasticsearchRestarting,
  indexDenied,
  tooManyRequests,
  writeBlock,
} from "./outage.ts";
import { lookupFails, rolledOver } from "./rollover.ts";
import { secretsThrottled } from "./secrets.ts";
import { someItemsRefused } from "./some-items.ts";
import {
  archiveFails,
  deadLettersDenied,
  readDenied,
  slowDown,
  slowReads,
  truncatedRead,
  wrongLength,
} from "./storage.ts";
import { groupFails, retriesExhausted, rolledOverUntold, streamFailsInPart } from "./triggers.ts";

export const FAULTS: readonly FaultKind[] = [
  kill,
  timeout,
  deadline,
  handOverFails,
  clockSteps,
  elasticsearchDown,
  elasticsearchRestarting,
  writeBlock,
  diskFull,
  clusterReadOnly,
  engineKilled,
  tooManyRequests,
  someItemsRefused,
  indexDenied,
  slowAnswers,
  answerLost,
  answerCut,
  requestCut,
  lateRequest,
  rolledOver,
  lookupFails,
  rolledOverUntold,
  unknownHost,
  expiredCertificate,
  slowDown,
  slowReads,
  truncatedRead,
  wrongLength,
  readDenied,
  secretsThrottled,
  duplicates,
  disorder,
  atTheSameTime,
  overwritten,
  deleted,
  versionOverwritten,
  versionHidden,
  groupFails,
  streamFailsInPart,
  retriesExhausted,
  claimsDenied,
  poison,
  archiveFails,
  deadLettersDenied,
];
